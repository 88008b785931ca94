package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/twmb/franz-go/pkg/sr"

	"waybill/schemas"
)

// Strategy is how subjects are named.
type Strategy string

// The strategies that Confluent's serializers have, but for the one of both.
const (
	ByTopic  Strategy = "topic"  // TopicNameStrategy: <prefix><topic>-value
	ByRecord Strategy = "record" // RecordNameStrategy: waybill.v1.<Record>
)

// Subject returns the subject of a record type, prefix being that of the topics.
func (s Strategy) Subject(prefix string, record schemas.Record) string {
	if s == ByRecord {
		return record.FullName
	}
	return prefix + record.Topic.Name + "-value"
}

// Subject returns the subject of a record type.
func (r *Registry) Subject(record schemas.Record) string { return r.subjects.Subject(r.prefix, record) }

// avroOf is a schema as it is registered: without the blanks of its file.
func avroOf(text string) (sr.Schema, error) {
	var small bytes.Buffer
	if err := json.Compact(&small, []byte(text)); err != nil {
		return sr.Schema{}, fmt.Errorf("reading a schema: %w", err)
	}
	return sr.Schema{Schema: small.String()}, nil
}

// found is a version of ours in the registry.
type found struct {
	version int // of ours, from 1
	id      uint32
	place   int // its version in the subject
}

// find looks up which of our versions are registered, oldest first.
func (r *Registry) find(ctx context.Context, record schemas.Record) ([]found, error) {
	var all []found
	for i, text := range record.Versions {
		schema, err := avroOf(text)
		if err != nil {
			return nil, err
		}
		known, err := r.client.LookupSchema(ctx, r.Subject(record), schema)
		if unknown(err) {
			continue
		}
		if err != nil {
			return nil, r.failed(err)
		}
		all = append(all, found{i + 1, uint32(known.ID), known.Version})
	}
	return all, nil
}

// IDs returns the ids of the newest schemas of what is written for others, by
// name of the record. All must be registered. The older versions are remembered
// too: who reads those topics need not wait for them.
func (r *Registry) IDs(ctx context.Context) (map[string]uint32, error) {
	records, err := schemas.Records()
	if err != nil {
		return nil, err
	}
	ids := make(map[string]uint32)
	for _, record := range records {
		if !record.Topic.ForOthers {
			continue
		}
		all, err := r.find(ctx, record)
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			r.know(f.id, record.Versions[f.version-1])
			if f.version == len(record.Versions) {
				ids[record.Name] = f.id
			}
		}
		if _, registered := ids[record.Name]; !registered {
			return nil, fmt.Errorf("looking for version %d of %s in the schema registry at %s: subject %s does not have it; `waybill schemas register` puts it there",
				len(record.Versions), record.Name, r.url, r.Subject(record))
		}
	}
	return ids, nil
}

// know remembers a schema without asking for it.
func (r *Registry) know(id uint32, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remember(id, &answer{texts: []string{text}})
}
