package schemas

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// The first bytes of a value say how it is written.
const (
	soeByte0 = 0xC3 // Avro single-object encoding, Avro specification 1.11, "Single-object encoding"
	soeByte1 = 0x01
	soeSize  = 2 + 8 // marker and little-endian CRC-64-AVRO fingerprint
	jsonOpen = '{'

	confluentMagic = 0 // Confluent framing, "Wire format" of Confluent's schema registry
)

// Codec reads and writes one record type. It is safe for concurrent use.
type Codec[T any] struct {
	name     string
	versions int // published
	newest   *avroSchema
	header   []byte                 // of what it writes
	writers  map[uint64]*avroSchema // every published version, resolved to the newest
	form     form[T]
	framing  framing
}

// form is how a body of the newest version is written and read.
type form[T any] struct {
	append func(dst []byte, v *T) ([]byte, error)
	parse  func(data []byte, v *T) error
}

// newCodec makes a codec of the record's published versions, oldest first.
func newCodec[T any](name string, versions ...string) (*Codec[T], error) {
	c := &Codec[T]{name: name, versions: len(versions), writers: make(map[uint64]*avroSchema, len(versions))}
	c.framing.known = make(map[uint32]foreign)
	newest, err := parseAvro(versions[len(versions)-1])
	if err != nil {
		return nil, fmt.Errorf("reading the newest schema of %s: %w", name, err)
	}
	c.newest = newest
	c.header = binary.LittleEndian.AppendUint64([]byte{soeByte0, soeByte1}, newest.fingerprint)
	for i, text := range versions {
		writer, err := parseAvro(text)
		if err != nil {
			return nil, fmt.Errorf("reading version %d of %s: %w", i+1, name, err)
		}
		resolved, err := resolveAvro(newest, writer)
		if err != nil {
			return nil, fmt.Errorf("resolving version %d of %s to the newest: %w", i+1, name, err)
		}
		c.writers[writer.fingerprint], c.writers[writer.standard] = resolved, resolved
	}
	c.form = form[T]{
		append: func(dst []byte, v *T) ([]byte, error) { return newest.appendTo(dst, v) },
		parse:  func(data []byte, v *T) error { return newest.unmarshal(data, v) },
	}
	return c, nil
}

// NewPrivateCodec makes a codec for a record that is nobody's contract, such
// as a job's state, from its versions as .avsc text, oldest first.
func NewPrivateCodec[T any](name string, versions ...string) (*Codec[T], error) {
	if len(versions) == 0 {
		return nil, fmt.Errorf("making the codec of %s: no schema was given", name)
	}
	return newCodec[T](name, versions...)
}

// Encode writes v under the newest schema, in Avro single-object encoding or, if
// the codec was given an id for it, in Confluent framing.
func (c *Codec[T]) Encode(v *T) ([]byte, error) { return c.Append(nil, v) }

// Append appends v, encoded as by Encode, to dst.
func (c *Codec[T]) Append(dst []byte, v *T) ([]byte, error) {
	whole, err := c.form.append(append(dst, c.header...), v)
	if err != nil {
		return dst, fmt.Errorf("writing a %s: %w", c.name, err)
	}
	return whole, nil
}

// Decode reads a value in any format that a topic may hold: Avro
// single-object encoding of any published version, Confluent framing of any
// compatible schema, or JSON. The error is a *DecodeError, or wraps a
// *NotYetError, and then the value is to be read again later.
func (c *Codec[T]) Decode(data []byte) (*T, error) {
	switch {
	case len(data) == 0:
		return nil, c.fail("the value is empty")
	case data[0] == soeByte0 && len(data) >= soeSize && data[1] == soeByte1:
		return c.decodeAvro(data)
	case data[0] == soeByte0:
		return nil, c.fail("the value is cut off inside the Avro single-object header")
	case data[0] == jsonOpen:
		return c.decodeJSON(data)
	case data[0] == confluentMagic:
		return c.decodeConfluent(data)
	}
	return nil, c.fail(fmt.Sprintf("the first byte is 0x%02x; a value starts with C3 01 (Avro single-object encoding), 00 (Confluent framing) or { (JSON)", data[0]))
}

func (c *Codec[T]) decodeAvro(data []byte) (*T, error) {
	fingerprint := binary.LittleEndian.Uint64(data[2:soeSize])
	writer, ok := c.writers[fingerprint]
	if !ok {
		return nil, c.fail("the schema fingerprint " + hex.EncodeToString(data[2:soeSize]) + " is no published version")
	}
	read := c.form.parse
	if fingerprint != c.newest.fingerprint && fingerprint != c.newest.standard {
		read = func(data []byte, v *T) error { return writer.unmarshal(data, v) }
	}
	v := new(T)
	if err := read(data[soeSize:], v); err != nil {
		return nil, c.fail(err.Error())
	}
	return v, nil
}

func (c *Codec[T]) fail(problem string) error {
	return &DecodeError{Record: c.name, Problem: problem}
}
