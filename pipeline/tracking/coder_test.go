package tracking

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// usualState gives the state of a parcel with all that a state can hold.
func usualState(t testing.TB) (*Job, []byte) {
	w := newWorld(t, nil)
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme-retail"})
	r := usualRegistration()
	r.RegistrationID = "874dbf823978001c29ef1af32838cc6d" // as ids were made when the first layouts were written
	w.register(day1, r)
	var last time.Time
	for _, e := range usualEvents() {
		last = e.ReceivedAt.Add(time.Second)
		w.event(last, e)
		if e.Code == "transit.processing" {
			held := *e
			held.Code, held.RawCode, held.OccurredAt = "exc.customs_hold", "", e.OccurredAt.Add(time.Minute)
			held.ETADate, held.OccurredText, held.SignedBy = new("2026-05-06"), "about noon", "Kim"
			w.event(last, &held)
		}
	}
	future := *usualEvents()[0]
	future.OccurredAt = last.Add(9 * day)
	w.event(last.Add(time.Minute), &future)
	return w.job, w.state["royal-mail:AB123456785GB"]
}

// States that older layouts wrote must be read for ever, and the newest is
// written as it was: each file is one. A missing one is written and fails the
// test once: that is for a new stateFormat only.
func TestOldStatesAreRead(t *testing.T) {
	j, data := usualState(t)
	for format := firstStateFormat; format <= stateFormat; format++ {
		path := fmt.Sprintf("testdata/state/v%d.bin", format)
		old, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			require.NoError(t, os.WriteFile(path, data, 0o644))
		}
		require.NoError(t, err)
		state, err := j.DecodeState(old)
		require.NoError(t, err)
		again, err := j.EncodeState([]byte("before"), state)
		require.NoError(t, err)
		require.Equal(t, append([]byte("before"), data...), again, "format %d is read otherwise than it was, or the layout has changed: give it a new stateFormat", format)
	}
}

// Every code and status has its place in the dictionary.
func TestDictionary(t *testing.T) {
	model, err := theModel()
	require.NoError(t, err)
	numbers := newCoder(newSymbols()).numbers
	for i, text := range dictionary() {
		require.Equal(t, ofDictionary(i), numbers.find(text), "%s is there twice", text)
	}
	for _, c := range model.Codes() {
		require.NotZero(t, numbers.find(c.Name), c.Name)
	}
	for _, s := range model.Statuses() {
		require.NotZero(t, numbers.find(s.Name), s.Name)
	}
}

// Any bytes give a state or an error, and what was read is written and read
// again as it was.
func FuzzDecodeState(f *testing.F) {
	j, data := usualState(f)
	f.Add(data)
	for cut := range data {
		if cut%17 == 0 {
			f.Add(data[:cut])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := j.DecodeState(data)
		if err != nil {
			return
		}
		once, err := j.EncodeState(nil, state)
		require.NoError(t, err)
		state, err = j.DecodeState(once)
		require.NoError(t, err)
		twice, err := j.EncodeState(nil, state)
		require.NoError(t, err)
		require.Equal(t, once, twice)
	})
}

func TestLocalTime(t *testing.T) {
	at := time.Date(2026, 5, 4, 22, 30, 15, 250e6, time.UTC).UnixMilli()
	for text, form := range map[string]uint8{
		"":                    localNone,
		"2026-05-05T00:30:15": localDateTime,
		"2026-05-05":          localDate,
		"2026-05-04":          localDate,
		"2026-05-09":          localLiteral,
		"2026-05-05T00:30:1x": localLiteral,
		"00:30 on Tuesday":    localLiteral,
		"about mid":           localLiteral,
		"2026-5-5..":          localLiteral,
	} {
		l := newLocalTime(text, at)
		require.Equal(t, form, l.form, "%q", text)
		require.Equal(t, text, l.write(at))
	}
	before1970 := int64(-1)
	l := newLocalTime("1969-12-31T23:59:59", before1970)
	require.Equal(t, "1969-12-31T23:59:59", l.write(before1970))
}

// Days and local times are read and written as the layouts say, whatever the
// text.
func TestDaysAndLocalTimesKeepToTheirLayouts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9]:[0-6][0-9])?|[0-9:.,TZ+-]{8,21}`).Draw(t, "text")
		for layout, parse := range map[string]func(string) (time.Time, bool){dateLayout: parseDay, localLayout: parseLocal} {
			want, err := time.Parse(layout, text)
			at, ok := parse(text)
			require.Equal(t, err == nil && len(text) == len(layout), ok, "%q as %s", text, layout)
			if ok {
				require.Equal(t, want, at)
			}
		}
		at := time.Unix(rapid.Int64Range(-6e10, 2.5e11).Draw(t, "seconds"), 0)
		require.Equal(t, at.UTC().Format(dateLayout), string(appendDay(nil, at)))
		require.Equal(t, at.UTC().Format(localLayout), string(appendLocal(nil, at)))
	})
}

// A state of an older build may write out a text that is in the dictionary now.
func TestReadingLeavesTheDictionaryAsItIs(t *testing.T) {
	c := newCoder(newSymbols())
	text := c.dictionary[3]
	c.read(append([]byte{stateFormat, textNew, byte(len(text))}, text...))
	var read string
	c.string(&read)
	require.Equal(t, text, read)
	c.reset()
	for range 2 {
		own := "written out once"
		c.string(&text)
		c.string(&own)
		c.string(&own)
		require.Equal(t, append(append([]byte{textFirst + 2*3, textNew, byte(len(own))}, own...), textFirst+1), c.buf)
		c.reset()
	}
}

func TestZones(t *testing.T) {
	var z zones
	for name, seconds := range map[string]int{
		"Z": 0, "UTC": 0, "+05:30": 19800, "-0300": -10800, "+02": 7200, "America/Sao_Paulo": -10800,
	} {
		zone := z.find(name)
		require.NotNil(t, zone, name)
		_, offset := time.Date(2026, 5, 4, 0, 0, 0, 0, zone).Zone()
		require.Equal(t, seconds, offset, name)
		require.Same(t, zone, z.find(name), name)
	}
	for _, name := range []string{"", "Local", "BRT", "+5", "+99:99", "../etc/passwd", "Nowhere/Town"} {
		require.Nil(t, z.find(name), name)
	}
}

func TestClip(t *testing.T) {
	require.Equal(t, "abc", clip("abc", 3))
	require.Equal(t, "ab", clip("abé", 3))
	require.Equal(t, "ab", clip("a\xffb", 9))
	require.Equal(t, "éé", clipRunes("ééé", 2))
	require.Equal(t, "ab", clipRunes("ab", 2))
}
