package shape_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/connectors/dialects"
	"waybill/connectors/simulate"
	"waybill/connectors/simulate/shape"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

type world struct {
	model *status.Model
	maps  *codemap.Maps
	table *carriers.Table
}

func newWorld(t testing.TB) *world {
	t.Helper()
	var w world
	var err error
	w.model, err = status.Default()
	require.NoError(t, err)
	w.maps, err = codemap.Default(w.model)
	require.NoError(t, err)
	w.table, err = carriers.Default()
	require.NoError(t, err)
	return &w
}

func (w *world) shape(t testing.TB, name string) *shape.Shape {
	t.Helper()
	s, err := shape.Named(name, w.model, w.maps)
	require.NoError(t, err)
	return s
}

// read is the code of the model that each event of a payload is read as, by when
// it occurred, to the minute.
func (w *world) read(t testing.TB, p *shape.Payload) map[string]string {
	t.Helper()
	reading, err := dialects.Parse(p.Source, p.Payload, dialects.Options{Received: p.ReceivedAt, Way: dialects.Push, Carriers: w.table})
	require.NoError(t, err, "%s", p.Payload)
	codes := make(map[string]string)
	for _, f := range reading.Failures {
		require.Equal(t, dialects.ReasonNoEvents, f.Reason, "%+v: %s", f, p.Payload)
	}
	for _, e := range reading.Events {
		name, _, _ := w.maps.Lookup(e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Description)
		code, _ := w.model.Resolve(e.Status, name)
		codes[key(e.TrackingNumber, e.OccurredAt)] = code.Name
	}
	return codes
}

func key(number string, at time.Time) string {
	return number + " " + at.UTC().Format("2006-01-02T15:04")
}

func maker(t testing.TB, s *shape.Shape, faults simulate.Faults) *simulate.Maker {
	t.Helper()
	m, err := simulate.NewMaker(simulate.Options{
		Parcels: 120, Seed: 7, Start: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), Carriers: s.Carriers, Faults: faults,
	})
	require.NoError(t, err)
	return m
}

// What a shape tells is read as what happened: each scan at its time, with the
// code that the source has for it. The golden file lists the codes for which the
// source has no word of its own, and what they come back as.
func TestThereAndBack(t *testing.T) {
	w := newWorld(t)
	for _, name := range shape.Names() {
		t.Run(name, func(t *testing.T) {
			s := w.shape(t, name)
			lost := make(map[string]string)
			m := maker(t, s, nil)
			told, read := 0, 0
			for i := range 120 {
				p, err := m.Parcel(i)
				require.NoError(t, err)
				payloads, err := s.Tell(p)
				require.NoError(t, err)
				back := make(map[string]string)
				for j := range payloads {
					maps.Copy(back, w.read(t, &payloads[j]))
				}
				for j := range p.Told {
					e := p.Told[j].Event
					if e == nil {
						continue
					}
					told++
					code, there := back[key(e.TrackingNumber, e.OccurredAt)]
					require.True(t, there, "%s of %s at %s is not in what was read: %v", e.Code, e.TrackingNumber, e.OccurredAt, back)
					read++
					if code != e.Code {
						lost[e.Code] = code
					}
				}
			}
			require.Equal(t, told, read)
			var list strings.Builder
			for code, as := range lost {
				fmt.Fprintf(&list, "%s comes back as %s\n", code, as)
			}
			lines := strings.SplitAfter(list.String(), "\n")
			slices.Sort(lines)
			golden(t, name+".txt", strings.Join(lines, ""))
		})
	}
}

// With every fault nothing that is told breaks what is read, and what is read
// happened: no scan is made up.
func TestFaultsStayReadable(t *testing.T) {
	w := newWorld(t)
	for _, name := range shape.Names() {
		t.Run(name, func(t *testing.T) {
			s := w.shape(t, name)
			m := maker(t, s, simulate.AllFaults(0.5))
			for i := range 120 {
				p, err := m.Parcel(i)
				require.NoError(t, err)
				happened := make(map[string]bool)
				for j := range p.Told {
					if e := p.Told[j].Event; e != nil {
						happened[key(e.TrackingNumber, e.OccurredAt)] = true
					}
				}
				payloads, err := s.Tell(p)
				require.NoError(t, err)
				for j := range payloads {
					for at := range w.read(t, &payloads[j]) {
						require.True(t, happened[at], "%s: %s", at, payloads[j].Payload)
					}
				}
			}
		})
	}
}

// The same options give the same payloads, on any number of cores.
func TestSameOnAnyCores(t *testing.T) {
	s := newWorld(t).shape(t, "shippo")
	all := func() []string {
		var texts []string
		require.NoError(t, simulate.Each(t.Context(), maker(t, s, simulate.AllFaults(0.3)), s.Tell, func(payloads []shape.Payload) error {
			for _, p := range payloads {
				texts = append(texts, p.ReceivedAt.String()+string(p.Payload))
			}
			return nil
		}))
		return texts
	}
	many := all()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, many, all())
	require.Greater(t, len(many), 120)
}

func TestUnknownShape(t *testing.T) {
	w := newWorld(t)
	_, err := shape.Named("moon-mail", w.model, w.maps)
	require.ErrorContains(t, err, "royal-mail")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
