package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// Keys in Pebble. All of a partition lies in one range, which the number of the
// partition begins (4 bytes, big-endian); a letter tells what follows:
//
//	m                     the meta: mark and counts
//	t time(8) key         the due-time index (rule E9); no value
//	v key                 a key's value: its wake-up (varint), then the bytes
const (
	metaKind  = 'm'
	timerKind = 't'
	valueKind = 'v'
)

const (
	partitionBytes = 4
	valueHead      = partitionBytes + 1
	timerHead      = partitionBytes + 1 + 8
)

func appendPartition(dst []byte, partition int32) []byte {
	return binary.BigEndian.AppendUint32(dst, uint32(partition))
}

func appendMetaKey(dst []byte, partition int32) []byte {
	return append(appendPartition(dst, partition), metaKind)
}

func appendValueKey(dst []byte, partition int32, key string) []byte {
	return append(append(appendPartition(dst, partition), valueKind), key...)
}

func appendTimerKey[K []byte | string](dst []byte, partition int32, at int64, key K) []byte {
	dst = append(appendPartition(dst, partition), timerKind)
	return append(binary.BigEndian.AppendUint64(dst, uint64(at)), key...)
}

func parseTimerKey(key []byte) (Timer, error) {
	if len(key) < timerHead {
		return Timer{}, damage{fmt.Errorf("an entry of the due-time index has %d bytes", len(key))}
	}
	return Timer{int64(binary.BigEndian.Uint64(key[valueHead:])), string(key[timerHead:])}, nil
}

func partitionOf(key []byte) (int32, error) {
	if len(key) < valueHead {
		return 0, damage{fmt.Errorf("a key has %d bytes", len(key))}
	}
	return int32(binary.BigEndian.Uint32(key)), nil
}

func appendValue(dst []byte, wakeAt int64, value []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(wakeAt)), value...)
}

// wakeBytes is how many bytes appendValue puts before the value.
func wakeBytes(wakeAt int64) int { return (bits.Len64(uint64(wakeAt)|1) + 6) / 7 }

// parseValue does not copy.
func parseValue(data []byte) (wakeAt int64, value []byte, err error) {
	wake, n := binary.Uvarint(data)
	if n <= 0 || wake > math.MaxInt64 {
		return 0, nil, damage{errors.New("a value does not begin with a wake-up")}
	}
	return int64(wake), data[n:], nil
}

// meta is what a store knows of itself, written with each batch.
type meta struct {
	mark  Mark
	keys  int64
	bytes int64
	// first is the time before which the due-time index holds nothing.
	first int64
	// loaded tells that values were written without counts and index.
	loaded bool
}

const metaBytes = 16 + 5*8 + 1

func (m meta) append(dst []byte) []byte {
	dst = append(dst, m.mark.TopicID[:]...)
	at := int64(math.MinInt64) // for the zero time
	if !m.mark.At.IsZero() {
		at = m.mark.At.UnixNano()
	}
	for _, n := range [...]int64{m.mark.Offset, at, m.keys, m.bytes, m.first} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	if m.loaded {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// parseMeta reads what append wrote; nil is the meta of an empty store.
func parseMeta(data []byte) (m meta, err error) {
	if data == nil {
		return meta{first: math.MaxInt64}, nil
	}
	if len(data) != metaBytes {
		return meta{}, damage{fmt.Errorf("the mark has %d bytes, not %d", len(data), metaBytes)}
	}
	copy(m.mark.TopicID[:], data)
	var at int64
	for i, n := range [...]*int64{&m.mark.Offset, &at, &m.keys, &m.bytes, &m.first} {
		*n = int64(binary.BigEndian.Uint64(data[16+8*i:]))
	}
	if at != math.MinInt64 {
		m.mark.At = time.Unix(0, at).UTC()
	}
	m.loaded = data[metaBytes-1] != 0
	return m, nil
}
