package main

import (
	"bytes"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"waybill/schemas"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "asyncapigen:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	d, err := newDocument()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	text.WriteString("# Written by go generate from schemas/. Do not edit.\n")
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("writing the document: %w", err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil { //nolint:gosec // a document for everyone
		return fmt.Errorf("writing the document: %w", err)
	}
	return nil
}

// document is an AsyncAPI document, as much of version 3.0 as is used.
type document struct {
	AsyncAPI           string               `yaml:"asyncapi"`
	Info               info                 `yaml:"info"`
	DefaultContentType string               `yaml:"defaultContentType"`
	Servers            map[string]server    `yaml:"servers"`
	Channels           map[string]channel   `yaml:"channels"`
	Operations         map[string]operation `yaml:"operations"`
	Components         components           `yaml:"components"`
}

type info struct {
	Title       string            `yaml:"title"`
	Version     string            `yaml:"version"`
	Description string            `yaml:"description"`
	License     map[string]string `yaml:"license"`
}

type server struct {
	Host        string `yaml:"host"`
	Protocol    string `yaml:"protocol"`
	Description string `yaml:"description"`
}

type components struct {
	Messages map[string]message `yaml:"messages"`
}

// ref points to another part of the document.
type ref struct {
	Ref string `yaml:"$ref"`
}

const description = `What crosses Kafka. Each value says by its first bytes how it is written: C3 01 is Avro single-object encoding, which
Waybill writes; 00 is Confluent framing, for which a schema registry must be set; { is JSON of the same fields, with
times as RFC 3339 or epoch milliseconds. All three are read on every topic. A prefix may stand before the topics' names.
Keys are text, and partitions are those of Kafka's own clients (murmur2).
`

func newDocument() (*document, error) {
	records, err := schemas.Records()
	if err != nil {
		return nil, err
	}
	d := &document{
		AsyncAPI: "3.0.0",
		Info: info{
			Title: "Waybill's topics", Version: "1.0.0", Description: description,
			License: map[string]string{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		DefaultContentType: "application/avro",
		Servers: map[string]server{
			"local": {"127.0.0.1:9092", "kafka", "The embedded Kafka of `waybill up`."},
		},
		Channels:   make(map[string]channel),
		Operations: make(map[string]operation),
		Components: components{make(map[string]message)},
	}
	for _, r := range records {
		m, err := newMessage(r)
		if err != nil {
			return nil, err
		}
		d.Components.Messages[r.Name] = m
		d.add(r.Topic, r.Name)
	}
	d.Components.Messages[deadLetter] = newDeadLetter()
	for _, t := range schemas.Topics() {
		if t.Name == schemas.TopicDeadLetters {
			d.add(t, deadLetter)
		}
	}
	return d, nil
}
