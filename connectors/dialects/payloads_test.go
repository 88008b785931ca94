package dialects_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/connectors/dialects"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// payloads are real ones. Most are not part of the project.
const payloads = "../../../shared/data/payloads"

var received = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

var (
	theTable = sync.OnceValues(carriers.Default)
	theModel = sync.OnceValues(status.Default)
	theMaps  = sync.OnceValues(func() (*codemap.Maps, error) {
		model, err := theModel()
		if err != nil {
			return nil, err
		}
		return codemap.Default(model)
	})
)

func options(t testing.TB) dialects.Options {
	t.Helper()
	table, err := theTable()
	require.NoError(t, err)
	return dialects.Options{Received: received, Way: dialects.Push, Carriers: table}
}

func knowledge(t testing.TB) (*status.Model, *codemap.Maps) {
	t.Helper()
	model, err := theModel()
	require.NoError(t, err)
	m, err := theMaps()
	require.NoError(t, err)
	return model, m
}

// What is made of each real payload, without the words of the carriers: a
// golden file for each folder, named as the dialect is.
func TestPayloads(t *testing.T) {
	folders, err := os.ReadDir(payloads)
	if err != nil {
		t.Skipf("the payloads are not part of the project, and are not at %s", payloads)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			if dialects.Named(folder.Name()) == nil {
				t.Fatalf("there is no dialect %s", folder.Name())
			}
			files, err := filepath.Glob(filepath.Join(payloads, folder.Name(), "*"))
			require.NoError(t, err)
			var told strings.Builder
			for _, file := range files {
				if strings.Contains(file, "karrio_expected__") {
					continue
				}
				payload, err := os.ReadFile(file)
				require.NoError(t, err)
				fmt.Fprintf(&told, "%s\n", filepath.Base(file))
				told.WriteString(tell(t, folder.Name(), payload))
			}
			golden(t, filepath.Join("testdata", "payloads", folder.Name()+".txt"), told.String())
		})
	}
}

// What is made of payloads of our own making, one for each form and trap of the
// dialects, and which dialect each is found to be in.
func TestForms(t *testing.T) {
	entries, err := os.ReadDir("testdata/forms")
	require.NoError(t, err)
	for _, folder := range entries {
		name := folder.Name()
		if !folder.IsDir() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join("testdata", "forms", name, "*"))
			require.NoError(t, err)
			var told strings.Builder
			for _, file := range files {
				payload, err := os.ReadFile(file)
				require.NoError(t, err)
				fmt.Fprintf(&told, "%s (%s)\n%s", filepath.Base(file), detected(payload), tell(t, name, payload))
			}
			golden(t, filepath.Join("testdata", "forms", name+".txt"), told.String())
		})
	}
}

// detected says which dialect a payload is found to be in.
func detected(payload []byte) string {
	d, err := dialects.Detect(payload)
	if err != nil {
		return err.Error()
	}
	return d.Name
}

// tell says what a payload was read as.
func tell(t testing.TB, dialect string, payload []byte) string {
	t.Helper()
	model, codes := knowledge(t)
	var out strings.Builder
	o := options(t)
	o.Unkeyed = true
	reading, err := dialects.Parse(dialect, payload, o)
	if err != nil {
		return fmt.Sprintf("  refused: %v\n", err)
	}
	for _, e := range reading.Events {
		name, _, _ := codes.Lookup(e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Description)
		code, _ := model.Resolve(e.Status, name)
		fmt.Fprintf(&out, "  %s %s %s %s %s/%s %s <- %q %q", e.Carrier, e.TrackingNumber, e.OccurredAt.Format(time.RFC3339),
			e.OccurredZone, e.OccurredPrecision, e.OccurredConfidence, code.Name, e.RawCode, e.RawStatus)
		if l := e.Location; l != nil {
			fmt.Fprintf(&out, " at %s", strings.Join([]string{l.Name, l.City, l.State, l.PostalCode, l.Country}, "|"))
		}
		if e.ETADate != nil {
			fmt.Fprintf(&out, " eta %s", *e.ETADate)
		}
		if e.ETAAt != nil {
			fmt.Fprintf(&out, " eta %s", e.ETAAt.Format(time.RFC3339))
		}
		if e.Leg != schemas.LegForward {
			fmt.Fprintf(&out, " %s", e.Leg)
		}
		if e.SignedBy != "" {
			fmt.Fprintf(&out, " signed")
		}
		if e.Ordinal > 0 {
			fmt.Fprintf(&out, " #%d", e.Ordinal)
		}
		out.WriteByte('\n')
	}
	for _, f := range reading.Failures {
		fmt.Fprintf(&out, "  %s %s %s %s %s\n", f.Reason, f.Carrier, f.TrackingNumber, f.RawCode, f.Where)
	}
	return out.String()
}

func golden(t testing.TB, path, got string) {
	t.Helper()
	if *rewrite {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -rewrite, and read what it wrote")
	require.Equal(t, string(want), got)
}
