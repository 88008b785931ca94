package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A key's value in store and changelog is an envelope: one byte of format
// version, the next wake-up in milliseconds since 1970 (0 for never, eight
// bytes, big-endian), then the payload as the job encoded it. An empty
// payload is a key without a value that has a wake-up.
const (
	envelopeVersion = 1
	envelopeHead    = 9
)

func appendEnvelopeHead(dst []byte, wakeAt int64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, envelopeVersion), uint64(wakeAt))
}

// envelopeWake returns the wake-up of an envelope that was read before.
func envelopeWake(data []byte) int64 { return int64(binary.BigEndian.Uint64(data[1:])) }

func parseEnvelope(data []byte) (wakeAt int64, payload []byte, err error) {
	if len(data) < envelopeHead {
		return 0, nil, fmt.Errorf("reading a state value: it has %d bytes, the envelope alone has %d", len(data), envelopeHead)
	}
	if data[0] != envelopeVersion {
		return 0, nil, fmt.Errorf("reading a state value: format version %d was written by another release, this one reads %d", data[0], envelopeVersion)
	}
	wake := binary.BigEndian.Uint64(data[1:])
	if wake > 1<<62 {
		return 0, nil, errors.New("reading a state value: its wake-up is no time")
	}
	return int64(wake), data[envelopeHead:], nil
}
