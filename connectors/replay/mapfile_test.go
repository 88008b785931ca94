package replay_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
)

const ownMap = `name: own
version: "2"
tenant: acme
carrier: "{carrier}"
number: "{number}"
times:
  layouts: ["2006-01-02T15:04:05Z07:00", "2006-01-02 15:04", "2006-01-02"]
  zone: Europe/Berlin
registration:
  arrival: {earlier: [booked, "due date - 2d"]}
  metadata: "{{{note}}}"
  reference: "{note} of {number}"
  promised_date: due date
  window_days: 10
  backfill: all
events:
  - raw_code: E1
    code: transit.accepted
    description: "in {town}"
    occurred: accepted
    arrival: {later: [registration + 90m, occurred + 1h, booked]}
  - raw_code: E2
    code: delivered.delivered
    occurred: done
    arrival: occurred
`

func TestLanguageOfMaps(t *testing.T) {
	m, err := replay.ParseMap("own", []byte(ownMap))
	require.NoError(t, err)
	o := options(t, "")
	o.Map = m
	const header = "carrier,number,booked,due date,accepted,done,note,town\n"
	records := load(t, o, header+
		"USAID SCMS,a-1,2026-05-04T10:00:00-03:00,2026-05-20,2026-05-05 08:00,2026-05-06,fragile,Bonn\n"+
		"sim,b2,2026-05-04 10:00,2026-05-05,2026-05-02,2026-05-02,,\n")
	require.Len(t, records, 6)
	b, bAccepted, bDone, a, aAccepted, aDone := records[1], records[2], records[0], records[3], records[4], records[5]

	require.Equal(t, utc("2026-05-04T13:00:00Z"), a.Arrival)
	require.Equal(t, "scms:A1", a.Key)
	require.Equal(t, "scms", a.Registration.Carrier)
	require.Equal(t, "a-1", a.Registration.TrackingNumber, "the number stays as written")
	require.Equal(t, "{fragile}", a.Registration.Metadata)
	require.Equal(t, "fragile of a-1", a.Registration.Reference)
	require.Equal(t, "2026-05-20", *a.Registration.PromisedDate)
	require.Equal(t, "Europe/Berlin", *a.Registration.PromisedZone)
	require.Equal(t, 10, a.Registration.WindowDays)
	require.Equal(t, "all", a.Registration.Backfill)
	require.Nil(t, a.Registration.Destination)
	require.Equal(t, utc("2026-05-05T06:00:00Z"), aAccepted.Event.OccurredAt)
	require.Equal(t, "minute", aAccepted.Event.OccurredPrecision)
	require.Equal(t, utc("2026-05-05T07:00:00Z"), aAccepted.Arrival, "an hour after it occurred is the latest")
	require.Equal(t, "in Bonn", aAccepted.Event.Description)
	require.Equal(t, "own/2", aAccepted.Event.MapVersion)
	require.Equal(t, utc("2026-05-05T22:00:00Z"), aDone.Event.OccurredAt, "00:00 of the day in its zone")
	require.Equal(t, []string{"day", "2026-05-06", "carrier_default"},
		[]string{aDone.Event.OccurredPrecision, aDone.Event.OccurredLocal, aDone.Event.OccurredConfidence})

	require.Equal(t, utc("2026-05-02T22:00:00Z"), b.Arrival, "two days before 00:00 of the due date")
	require.Empty(t, b.Registration.Metadata, "a text whose cells are all empty is empty, braces and all")
	require.Equal(t, " of b2", b.Registration.Reference)
	require.Empty(t, bDone.Event.Description)
	require.Equal(t, utc("2026-05-04T08:00:00Z"), bAccepted.Arrival, "booked is the latest")
	require.Empty(t, bAccepted.Event.Description, "without any cell a text is empty")
}

func TestMapsOfTheBuild(t *testing.T) {
	require.Equal(t, []string{"olist", "scms"}, replay.MapNames())
	path := filepath.Join(t.TempDir(), "own.yaml")
	require.NoError(t, os.WriteFile(path, []byte(ownMap), 0o600))
	m, err := replay.LoadMap(path)
	require.NoError(t, err)
	require.Equal(t, "own", m.Name)
	_, err = replay.LoadMap("olst")
	require.EqualError(t, err, "reading map olst: there is no such file, and the maps of this build are olist, scms (did you mean olist?)")
	_, err = replay.LoadMap(t.TempDir())
	require.ErrorContains(t, err, "is a directory")
}

func TestMapsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"tenant: acme", "tennant: acme", "line 3: there is no key tennant (did you mean tenant?)"},
		{"    occurred: done", "    occurrred: done", "line 24: there is no key occurrred (did you mean occurred?)"},
		{"  metadata:", "  qqqqq: 1\n  metadata:", "line 11: there is no key qqqqq; the keys here are arrival, reference"},
		{"{earlier: [booked", "{earliest: [booked", "line 10: an arrival is a time, {earlier: [...]} or {later: [...]}"},
		{`{earlier: [booked, "due date - 2d"]}`, "{earlier: [], later: []}", "line 10: an arrival is a time"},
		{`{earlier: [booked, "due date - 2d"]}`, "{later: []}", "line 10: the arrival names no time"},
		{`{earlier: [booked, "due date - 2d"]}`, "''", "line 10: the arrival names no time"},
		{"due date - 2d", "due date - 5000d", "line 10: the offset 5000d is over ten years"},
		{`"{number}"`, `"number"`, "number names no column: all rows would be one parcel"},
		{`"{{{note}}}"`, `"{note"`, "line 11: a { is not the beginning of a {column}; a brace itself is written {{"},
		{`"{{{note}}}"`, `"{note}}"`, "line 11: a } stands alone; a brace itself is written }}"},
		{`"{{{note}}}"`, `"{}"`, "line 11: a { is not"},
		{`"2006-01-02"]`, `"02 Jan"]`, `line 7: the layout "02 Jan" does not hold a whole date such as 2006-01-02`},
		{`"2006-01-02"]`, `"2006-01-02 15:04 MST"]`, "line 7: abbreviations of zones (MST) are ambiguous"},
		{"Europe/Berlin", "Europe/Bern", "line 8: unknown time zone Europe/Bern"},
		{"Europe/Berlin", "Local", `line 8: "Local" is no IANA zone such as America/Sao_Paulo`},
		{"window_days: 10", "window_days: 31", "registration.window_days is 31; 1 to 30 are allowed"},
		{"window_days: 10", "window_days: ten", "line 14: cannot unmarshal"},
		{"backfill: all", "backfill: some", `registration.backfill is "some"; none, current or all is allowed`},
		{"raw_code: E2", "raw_code: E1", "events[1]: the raw_code E1 is used twice"},
		{"    code: delivered.delivered\n", "", "events[1]: raw_code, code, occurred or arrival is missing"},
		{"name: own", "name: ''", "name or version is missing"},
		{"tenant: acme\n", "", "tenant or carrier is missing"},
		{"name: own", "name: &a own", "line 1: anchors and aliases are not read here"},
		{"name: own", "name: own\nname: own", "already defined"},
		{"zone: Europe/Berlin", "zone: Europe/Berlin\n  precision: {column: p, values: {x: hour}}", `times.precision: x stands for "hour"; second, minute or day is allowed`},
		{"zone: Europe/Berlin", "zone: Europe/Berlin\n  precision: {column: p}", "times.precision: column or values is missing"},
		{"    arrival: occurred\n", "    arrival: occurred\n---\nname: more\n", "a second document follows the first"},
	} {
		require.Contains(t, ownMap, c.old)
		_, err := replay.ParseMap("own.yaml", []byte(strings.Replace(ownMap, c.old, c.new, 1)))
		require.ErrorContains(t, err, "reading map own.yaml: ")
		require.ErrorContains(t, err, c.want)
	}
	_, err := replay.ParseMap("own.yaml", nil)
	require.EqualError(t, err, "reading map own.yaml: the file is empty")
}
