package dialects_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// karrioFile lists the differences, each with its reason behind a stroke. The
// reasons are written by hand; -rewrite keeps them.
const karrioFile = "testdata/karrio.txt"

// karrioReading is what Karrio, another reader of carriers' answers, makes of a
// payload.
type karrioReading struct {
	parcels  []karrioParcel
	messages []karrioMessage
}

type karrioParcel struct {
	Number    string        `json:"tracking_number"`
	Status    string        `json:"status"`
	Delivered *bool         `json:"delivered"`
	ETA       string        `json:"estimated_delivery"`
	Events    []karrioEvent `json:"events"`
}

type karrioEvent struct {
	Code      string `json:"code"`
	Status    string `json:"status"`
	Date      string `json:"date"`
	Time      string `json:"time"`
	Timestamp string `json:"timestamp"`
}

type karrioMessage struct {
	Code any `json:"code"`
}

// Where Karrio's reading of a payload is known, ours is the same, or a reason
// stands for each difference.
func TestKarrioReadsTheSame(t *testing.T) {
	expected, err := filepath.Glob(filepath.Join(payloads, "*", "karrio_expected__*.json"))
	require.NoError(t, err)
	if len(expected) == 0 {
		t.Skipf("the payloads are not part of the project, and are not at %s", payloads)
	}
	reasons := karrioReasons(t)
	model, codes := knowledge(t)
	var told strings.Builder
	for _, file := range expected {
		folder := filepath.Base(filepath.Dir(file))
		payload := karrioPayload(t, file)
		fmt.Fprintf(&told, "%s/%s\n", folder, filepath.Base(payload))
		for _, difference := range karrioDifferences(t, &differences{model: model, codes: codes}, folder, payload, file) {
			line := fmt.Sprintf("  %s", difference)
			reason := reasons[folder+"/"+filepath.Base(payload)+line]
			if !*rewrite {
				require.NotEmpty(t, reason, "%s%s: is it a fault, or what is its reason? Write it to %s", payload, line, karrioFile)
			}
			fmt.Fprintf(&told, "%s | %s\n", line, reason)
		}
	}
	golden(t, karrioFile, told.String())
}

// karrioReasons reads the reasons, by payload and difference.
func karrioReasons(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(karrioFile)
	if err != nil {
		return nil
	}
	reasons, payload := make(map[string]string), ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, " ") {
			payload = line
			continue
		}
		difference, reason, _ := strings.Cut(line, " | ")
		reasons[payload+difference] = strings.TrimSpace(reason)
	}
	return reasons
}

// karrioPayload finds the payload that Karrio read: the names of the two differ
// by words that say nothing.
func karrioPayload(t *testing.T, expected string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(expected), "karrio__*"))
	require.NoError(t, err)
	for _, but := range [][]string{{"parsed", "xml", "json"}, {"parsed", "xml", "json", "tracking"}} {
		plain := func(file string) string {
			name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
			_, name, _ = strings.Cut(name, "__")
			name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
			for _, word := range but {
				name = strings.ReplaceAll(name, word, "")
			}
			return name
		}
		for _, file := range files {
			if plain(file) == plain(expected) {
				return file
			}
		}
	}
	t.Fatalf("no payload belongs to %s", expected)
	return ""
}

func readKarrio(t *testing.T, file string) karrioReading {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var reading karrioReading
	require.NoError(t, json.Unmarshal(text, &[]any{&reading.parcels, &reading.messages}))
	return reading
}

// karrioDifferences tells in which our reading differs.
func karrioDifferences(t *testing.T, found *differences, dialect, file, expected string) []string {
	t.Helper()
	payload, err := os.ReadFile(file)
	require.NoError(t, err)
	theirs := readKarrio(t, expected)
	ours, err := dialects.Parse(dialect, payload, options(t))
	if err != nil {
		return []string{fmt.Sprintf("refused: %v", err)}
	}
	byNumber, numbers := make(map[string][]schemas.CarrierEvent), []string{}
	for _, e := range ours.Events {
		if byNumber[e.TrackingNumber] == nil {
			numbers = append(numbers, e.TrackingNumber)
		}
		byNumber[e.TrackingNumber] = append(byNumber[e.TrackingNumber], e)
	}
	for _, p := range theirs.parcels {
		if i := slices.Index(numbers, p.Number); i >= 0 {
			numbers = slices.Delete(numbers, i, i+1)
		}
		found.parcels(byNumber[p.Number], p)
	}
	for _, number := range numbers {
		found.add("parcel %s: not read by Karrio", number)
	}
	codes := make([]string, 0, len(ours.Failures))
	for _, f := range ours.Failures {
		codes = append(codes, f.RawCode)
	}
	for _, m := range theirs.messages {
		code := strings.TrimSuffix(fmt.Sprint(m.Code), "<nil>")
		if i := slices.Index(codes, code); i >= 0 {
			codes = slices.Delete(codes, i, i+1)
			continue
		}
		found.add("failure %q: read by Karrio alone", code)
	}
	for _, code := range codes {
		found.add("failure %q: not read by Karrio", code)
	}
	return found.list
}

// differences are those of one payload, each once.
type differences struct {
	model *status.Model
	codes *codemap.Maps
	list  []string
}

func (d *differences) add(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(d.list, line) {
		d.list = append(d.list, line)
	}
}

func (d *differences) parcels(ours []schemas.CarrierEvent, theirs karrioParcel) {
	if len(ours) == 0 {
		d.add("parcel %s: read by Karrio alone", theirs.Number)
		return
	}
	left := slices.Clone(ours)
	for _, e := range theirs.Events {
		i := karrioEventIn(left, e)
		if i < 0 {
			d.add("event %s of %s: read by Karrio alone", e.Code, e.when())
			continue
		}
		d.events(left[i], e)
		left = slices.Delete(left, i, i+1)
	}
	for _, e := range left {
		d.add("event %s of %s: not read by Karrio", e.RawCode, e.OccurredLocal)
	}
	delivered := slices.ContainsFunc(ours, func(e schemas.CarrierEvent) bool { return d.main(e) == "DELIVERED" })
	if theirs.Delivered != nil && *theirs.Delivered != delivered {
		d.add("delivered: %t, for Karrio %t", delivered, *theirs.Delivered)
	}
	if eta := etaOf(ours); eta != theirs.ETA {
		d.add("forecast: %q, for Karrio %q", eta, theirs.ETA)
	}
}

func (d *differences) events(ours schemas.CarrierEvent, theirs karrioEvent) {
	if at := minute(ours.OccurredLocal); at != theirs.when() {
		d.add("time of %s: %s, for Karrio %s", ours.RawCode, at, theirs.when())
	}
	if theirs.Code != ours.RawCode {
		d.add("code: %q, for Karrio %q", ours.RawCode, theirs.Code)
	}
	if main, karrios := d.main(ours), d.karriosMain(theirs.Status); karrios != "" && main != karrios {
		d.add("status of %s: %s, for Karrio %s", ours.RawCode, main, karrios)
	}
}

// karrioEventIn finds an event by time and code, or else by one of them.
func karrioEventIn(ours []schemas.CarrierEvent, e karrioEvent) int {
	best, found := 0, -1
	for i, o := range ours {
		score := 0
		if minute(o.OccurredLocal) == e.when() {
			score += 2
		}
		if o.RawCode == e.Code {
			score++
		}
		if score > best {
			best, found = score, i
		}
	}
	return found
}

// when gives the local time of an event to the minute. Karrio's timestamps end
// in Z and are local all the same.
func (e karrioEvent) when() string {
	if e.Timestamp != "" {
		return minute(e.Timestamp)
	}
	clock, half, _ := strings.Cut(e.Time, " ")
	var hour, minutes int
	if n, _ := fmt.Sscanf(clock, "%d:%d", &hour, &minutes); n < 2 {
		return e.Date
	}
	if half == "PM" && hour < 12 {
		hour += 12
	}
	return fmt.Sprintf("%sT%02d:%02d", e.Date, hour, minutes)
}

func minute(local string) string { return local[:min(len(local), len("2006-01-02T15:04"))] }

// main gives the main status of an event by our maps.
func (d *differences) main(e schemas.CarrierEvent) string {
	name, _, _ := d.codes.Lookup(e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Description)
	code, _ := d.model.Resolve(e.Status, name)
	return code.Status.Name
}

// karriosMain gives the main status of a status of Karrio's; where it has none,
// nothing.
func (d *differences) karriosMain(word string) string {
	name, _, ok := d.codes.Lookup("karrio", "", "", word, "")
	if !ok || word == "unknown" {
		return ""
	}
	return d.model.Code(name).Status.Name
}

// etaOf gives the day of the forecast.
func etaOf(events []schemas.CarrierEvent) string {
	for _, e := range events {
		if e.ETADate != nil {
			return *e.ETADate
		}
		if e.ETAAt != nil {
			return e.ETAAt.Format("2006-01-02")
		}
	}
	return ""
}
