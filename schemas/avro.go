package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/pkg/crc64"
)

// This file, avro_foreign.go and json_schema.go alone know the Avro library.
// Another takes its place by offering the same functions.

// Bounds on what a hostile value can make us allocate.
const (
	maxStringBytes = 1 << 20 // as large as a whole record may be
	maxArrayItems  = 1 << 14
)

// avroSchema is a parsed schema, ready for use.
type avroSchema struct {
	schema      avro.Schema
	fingerprint uint64 // CRC-64-AVRO of the canonical form as the library has it
	standard    uint64 // the same of that which the specification has
	api         avro.API
	readers     sync.Pool
	writers     sync.Pool
}

// logicalType is what the library leaves in the canonical form of a schema, and
// the specification and other libraries do not: a primitive type with what it
// means.
var logicalType = regexp.MustCompile(`\{"type":"(\w+)","logicalType":"[^"]*"\}`)

// parseAvro parses a schema by itself: names do not leak to others. It is the
// last of the texts, and may refer to those before it. The library may panic on
// hostile ones.
func parseAvro(texts ...string) (parsed *avroSchema, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the schema is malformed: %v", p)
		}
	}()
	var schema avro.Schema
	names := &avro.SchemaCache{}
	for _, text := range texts {
		if schema, err = avro.ParseWithCache(text, "", names); err != nil {
			return nil, err
		}
	}
	if schema == nil {
		return nil, errors.New("there is no text")
	}
	return newAvroSchema(schema)
}

func newAvroSchema(schema avro.Schema) (*avroSchema, error) {
	sum, err := schema.FingerprintUsing(avro.CRC64Avro)
	if err != nil {
		return nil, err
	}
	standard := crc64.Sum(logicalType.ReplaceAll([]byte(schema.String()), []byte(`"$1"`)))
	s := &avroSchema{
		schema:      schema,
		fingerprint: binary.BigEndian.Uint64(sum),
		standard:    binary.BigEndian.Uint64(standard[:]),
		api: avro.Config{
			MaxByteSliceSize: maxStringBytes, MaxSliceAllocSize: maxArrayItems,
			BlockLength: maxArrayItems, DisableBlockSizeHeader: true, // as wire.go writes them
		}.Freeze(),
	}
	s.readers.New = func() any { return avro.NewReader(nil, 0, avro.WithReaderConfig(s.api)) }
	s.writers.New = func() any { return avro.NewWriter(nil, 512, avro.WithWriterConfig(s.api)) }
	return s, nil
}

// resolveAvro gives the schema that reads what writer wrote into reader's
// form. It fails when the two are not compatible.
func resolveAvro(reader, writer *avroSchema) (*avroSchema, error) {
	resolved, err := avro.NewSchemaCompatibility().Resolve(reader.schema, writer.schema)
	if err != nil {
		return nil, err
	}
	return newAvroSchema(resolved)
}

// appendTo appends the body of v to dst.
func (s *avroSchema) appendTo(dst []byte, v any) ([]byte, error) {
	w, ok := s.writers.Get().(*avro.Writer)
	if !ok {
		return dst, errors.New("the Avro writer pool holds something else")
	}
	defer s.writers.Put(w)
	w.Error = nil
	w.Reset(nil)
	w.WriteVal(s.schema, v)
	if w.Error != nil {
		return dst, w.Error
	}
	return append(dst, w.Buffer()...), nil
}

// unmarshal reads exactly the bytes of data into v. The library may panic on
// hostile bytes; a panic is an error like any other here.
func (s *avroSchema) unmarshal(data []byte, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the Avro body is malformed: %v", p)
		}
	}()
	r, ok := s.readers.Get().(*avro.Reader)
	if !ok {
		return errors.New("the Avro reader pool holds something else")
	}
	defer s.readers.Put(r)
	r.Error = nil
	r.Reset(data)
	r.ReadVal(s.schema, v)
	if r.Error != nil {
		return fmt.Errorf("the Avro body is malformed: %w", r.Error)
	}
	if r.Peek(); r.Error == nil {
		return errors.New("bytes follow the end of the Avro body")
	}
	return nil
}
