package main

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"waybill/schemas"
)

type message struct {
	Name     string     `yaml:"name"`
	Summary  string     `yaml:"summary"`
	Headers  any        `yaml:"headers,omitempty"`
	Payload  any        `yaml:"payload"`
	Bindings bindings   `yaml:"bindings"`
	Examples []examples `yaml:"examples,omitempty"`
}

type examples struct {
	Summary string    `yaml:"summary"`
	Payload yaml.Node `yaml:"payload"`
}

// avroPayload is a payload described by an Avro schema.
type avroPayload struct {
	Format string    `yaml:"schemaFormat"`
	Schema yaml.Node `yaml:"schema"`
}

func newMessage(r schemas.Record) (message, error) {
	schema, err := parse(r.Newest())
	if err != nil {
		return message{}, fmt.Errorf("reading the schema of %s: %w", r.Name, err)
	}
	text, err := r.Example()
	if err != nil {
		return message{}, err
	}
	example, err := parse(text)
	if err != nil {
		return message{}, fmt.Errorf("reading the example of %s: %w", r.Name, err)
	}
	var head struct {
		Doc string `yaml:"doc"`
	}
	if err := schema.Decode(&head); err != nil {
		return message{}, fmt.Errorf("reading the schema of %s: %w", r.Name, err)
	}
	return message{
		Name: r.Name, Summary: head.Doc,
		Payload: avroPayload{"application/vnd.apache.avro+json;version=1.9.0", schema},
		Bindings: bindings{map[string]any{
			"key":            map[string]string{"type": "string", "description": keyOf(head.Doc)},
			"bindingVersion": bindingVersion,
		}},
		Examples: []examples{{"The JSON form, with times as epoch milliseconds.", example}},
	}, nil
}

// keyOf is what a record's documentation says of its key.
func keyOf(doc string) string {
	if _, key, ok := strings.Cut(doc, ", key "); ok {
		return strings.TrimSuffix(key, ".")
	}
	return "<carrier>:<number>"
}

// parse reads JSON, which is YAML, and keeps the order of its keys.
func parse(text string) (yaml.Node, error) {
	var whole yaml.Node
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil {
		return whole, err
	}
	plain(&whole)
	return *whole.Content[0], nil
}

// plain has a value written over several lines.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, part := range n.Content {
		plain(part)
	}
}

const deadLetter = "DeadLetter"

// newDeadLetter is a record that could not be read, as it came.
func newDeadLetter() message {
	text := func(description string) map[string]any {
		return map[string]any{"type": "string", "description": description}
	}
	return message{
		Name: deadLetter, Summary: "A record that could not be read: bytes, key and headers as they came, and why.",
		Headers: map[string]any{"type": "object", "properties": map[string]any{
			schemas.HeaderError:           text("Why it could not be read."),
			schemas.HeaderSourceTopic:     text("Where it lay."),
			schemas.HeaderSourcePartition: text("Its partition there."),
			schemas.HeaderSourceOffset:    text("Its offset there."),
			schemas.HeaderSourceTimestamp: text("When it arrived there, ms since 1970."),
		}},
		Payload:  map[string]any{"description": "Any bytes."},
		Bindings: bindings{map[string]any{"key": text("As the source's."), "bindingVersion": bindingVersion}},
	}
}
