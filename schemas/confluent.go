package schemas

import (
	"encoding/binary"
	"fmt"
	"sync"
)

// confluentSize is the length of Confluent framing: the byte 0 and the id that
// a schema registry gave the schema, big-endian.
const confluentSize = 1 + 4

// maxForeign bounds the schemas of others that a codec remembers how to read.
// What is forgotten is worked out anew.
const maxForeign = 256

// Registry tells what the ids of Confluent framing stand for. It is safe for
// concurrent use.
type Registry interface {
	// Schema returns the Avro schema with an id as text, behind the texts of
	// those that it refers to. It does not wait for an answer: while there is
	// none the error is a *NotYetError. Any other error is final and says what
	// is wrong with the id.
	Schema(id uint32) (texts []string, err error)
}

// NotYetError says that a value cannot be read yet, though nothing is wrong with
// it: the schema registry has not told the schema. It is to be tried again.
type NotYetError struct {
	ID    uint32 // of the schema
	Cause error  // why the last question failed; nil: the first is under way
}

func (e *NotYetError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("waiting for schema %d of the schema registry", e.ID)
	}
	return fmt.Sprintf("waiting for schema %d of the schema registry: %v", e.ID, e.Cause)
}

func (e *NotYetError) Unwrap() error { return e.Cause }

// NotYet tells those who run the rules, and know nothing of schemas, that the
// record is to wait.
func (*NotYetError) NotYet() bool { return true }

// Confluent says how codecs meet a schema registry.
type Confluent struct {
	// Registry tells the schemas of ids; nil: Confluent framing is not read.
	Registry Registry
	// IDs are those of the newest schemas, by name of the record. The codecs of
	// these records write Confluent framing, the others single-object encoding.
	IDs map[string]uint32
}

// framing is what a codec has to do with a registry.
type framing struct {
	registry Registry
	mu       sync.RWMutex
	known    map[uint32]foreign
}

// foreign is how to read what was written under an id, or why that cannot be.
type foreign struct {
	ours    bool        // the schema is the newest of the contract
	writer  *avroSchema // else: that of another, resolved to the newest
	problem string
}

func (f *framing) find(id uint32) (how foreign, known bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	how, known = f.known[id]
	return how, known
}

// keep remembers how to read an id, in place of any other when there are many:
// a producer that makes ids up must not fill the memory.
func (f *framing) keep(id uint32, how foreign) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for other := range f.known {
		if len(f.known) < maxForeign {
			break
		}
		delete(f.known, other)
	}
	f.known[id] = how
}

// meet gives the codec a registry to ask, and an id to write under.
func (c *Codec[T]) meet(with Confluent) {
	c.framing.registry = with.Registry
	id, framed := with.IDs[c.name]
	if !framed {
		return
	}
	c.header = binary.BigEndian.AppendUint32([]byte{confluentMagic}, id)
	c.framing.keep(id, foreign{ours: true})
}

func (c *Codec[T]) decodeConfluent(data []byte) (*T, error) {
	switch {
	case len(data) < confluentSize:
		return nil, c.fail("the value is cut off inside the header of Confluent framing")
	case c.framing.registry == nil:
		return nil, c.fail("the value is in Confluent framing, but no schema registry is configured")
	}
	id := binary.BigEndian.Uint32(data[1:confluentSize])
	how, known := c.framing.find(id)
	if !known {
		texts, err := c.framing.registry.Schema(id)
		if _, waits := err.(*NotYetError); waits { //nolint:errorlint // the contract of Registry
			return nil, fmt.Errorf("reading a %s: %w", c.name, err)
		}
		if err != nil {
			return nil, c.fail(err.Error())
		}
		how = c.resolve(id, texts)
		c.framing.keep(id, how)
	}
	return c.decodeForeign(how, data[confluentSize:])
}

func (c *Codec[T]) decodeForeign(how foreign, body []byte) (*T, error) {
	switch {
	case how.problem != "":
		return nil, c.fail(how.problem)
	case how.ours:
		v := new(T)
		if err := c.form.parse(body, v); err != nil {
			return nil, c.fail(err.Error())
		}
		return v, nil
	}
	raw, err := how.writer.plain(body)
	if err != nil {
		return nil, c.fail(err.Error())
	}
	return c.fromPlain(raw)
}

// resolve works out how to read what was written under the schema of another.
func (c *Codec[T]) resolve(id uint32, texts []string) foreign {
	writer, err := parseAvro(texts...)
	if err != nil {
		return foreign{problem: fmt.Sprintf("schema %d of the schema registry is no Avro schema: %v", id, err)}
	}
	resolved, err := foreignAvro(c.newest, writer)
	if err != nil {
		return foreign{problem: fmt.Sprintf("schema %d of the schema registry is not compatible with version %d: %v", id, c.versions, err)}
	}
	return foreign{ours: writer.fingerprint == c.newest.fingerprint, writer: resolved}
}
