package publish

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// batch is records for one topic, whose bytes lie one behind the other in pieces
// of memory.
type batch struct {
	name     string // of the topic, without the prefix
	topic    string
	carriers *carriers.Table
	records  []kgo.Record
	piece    []byte
	size     int // of the next piece
}

// The bytes of a record, about, and of a piece at most.
const (
	recordBytes = 512
	pieceBytes  = 64 << 10
)

func (p *Publisher) batch(topic string, count int) *batch {
	return &batch{name: topic, topic: p.Prefix + topic, carriers: p.Carriers, records: make([]kgo.Record, 0, count), size: min(count*recordBytes, pieceBytes)}
}

// room is where the next record's bytes go: what is appended to it does not
// overwrite those before it.
func (b *batch) room() []byte {
	if cap(b.piece)-len(b.piece) < recordBytes {
		b.piece = make([]byte, 0, b.size)
	}
	return b.piece[len(b.piece):]
}

// add adds a record with a value that was appended to room.
func (b *batch) add(carrier, number string, value []byte) error {
	whole, err := schemas.AppendShipmentKey(value, b.carriers.Canonical(carrier), number)
	if err != nil {
		return fmt.Errorf("publishing to %s: %w", b.name, err)
	}
	end := len(value)
	b.records = append(b.records, kgo.Record{Topic: b.topic, Key: whole[end:len(whole):len(whole)], Value: whole[:end:end]})
	b.piece = whole
	return nil
}
