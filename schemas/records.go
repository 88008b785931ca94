package schemas

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Record is a record type of the contract and the topic that holds it.
type Record struct {
	Name     string   // for example TrackingEvent
	FullName string   // with its namespace
	Topic    Topic    // without the prefix
	Versions []string // the published schemas as .avsc text, oldest first
}

// Records returns the record types in the order of their topics.
func Records() ([]Record, error) {
	files, err := Versions()
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, t := range Topics() {
		if t.Record == "" {
			continue
		}
		r := Record{Name: t.Record, Topic: t, Versions: files[fileName(t.Record)]}
		var head struct {
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
		}
		if len(r.Versions) == 0 {
			return nil, fmt.Errorf("reading the schemas of topic %s: there are none of %s", t.Name, t.Record)
		}
		if err := json.Unmarshal([]byte(r.Newest()), &head); err != nil {
			return nil, fmt.Errorf("reading the newest schema of %s: %w", t.Record, err)
		}
		r.FullName = head.Namespace + "." + head.Name
		records = append(records, r)
	}
	return records, nil
}

// FindRecord returns the record type of a name, or of a topic; case does not
// matter.
func FindRecord(name string) (Record, error) {
	records, err := Records()
	if err != nil {
		return Record{}, err
	}
	at := slices.IndexFunc(records, func(r Record) bool {
		return strings.EqualFold(name, r.Name) || name == r.Topic.Name
	})
	if at < 0 {
		return Record{}, fmt.Errorf("there is no record type %q, nor a topic of that name with one", name)
	}
	return records[at], nil
}

// Newest returns the schema that Waybill writes.
func (r Record) Newest() string { return r.Versions[len(r.Versions)-1] }

//go:embed examples/*.json
var exampleFiles embed.FS

// Example returns a value of the record type in its JSON form.
func (r Record) Example() (string, error) {
	text, err := exampleFiles.ReadFile("examples/" + fileName(r.Name) + ".json")
	if err != nil {
		return "", fmt.Errorf("reading the example of %s: %w", r.Name, err)
	}
	return string(text), nil
}

// Fingerprint returns the CRC-64-AVRO of a version, counted from 1, as
// single-object encoding has it.
func (r Record) Fingerprint(version int) (uint64, error) {
	s, err := parseAvro(r.Versions[version-1])
	if err != nil {
		return 0, fmt.Errorf("reading version %d of %s: %w", version, r.Name, err)
	}
	return s.fingerprint, nil
}

// Reads tells why what was written under a schema of somebody else cannot be
// read, nil if it can. The schema is the last of the texts, and may refer to
// those before it.
func (r Record) Reads(texts ...string) error {
	newest, err := parseAvro(r.Newest())
	if err != nil {
		return fmt.Errorf("reading the newest schema of %s: %w", r.Name, err)
	}
	writer, err := parseAvro(texts...)
	if err != nil {
		return err
	}
	_, err = foreignAvro(newest, writer)
	return err
}

// fileName is a record's name as its files have it: tracking_event.
func fileName(record string) string {
	var name strings.Builder
	for i, r := range record {
		if unicode.IsUpper(r) && i > 0 {
			name.WriteByte('_')
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}
