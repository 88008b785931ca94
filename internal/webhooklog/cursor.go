package webhooklog

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"waybill/internal/listing"
)

// cursorLife is how long a cursor can be used after what it stands behind. The
// table keeps rows a day longer, for the clocks of those who write and for a
// sink that is behind.
const cursorLife = 35 * 24 * time.Hour

// cursorVersion is the first byte of a cursor. Another form gets another.
const cursorVersion = 1

// cursor says how far a reader has come: in each partition, the offset of the
// last webhook that it has had. Rows of a partition become visible in the order
// of their offsets, so whatever becomes visible later lies behind no reader.
type cursor struct {
	// question is a hash of the tenant and the filter that it is of.
	question uint64
	// at is a time that everything unread is not older than.
	at   time.Time
	last map[int32]int64
}

// questionOf tells questions apart, of one tenant and of several.
func questionOf(tenant string, f *FeedFilter) uint64 {
	h := fnv.New64a()
	for _, part := range append([]string{tenant, f.EndpointID}, slices.Sorted(slices.Values(f.Types))...) {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// text gives the form in which a reader keeps it: version, question, time,
// partitions with their offsets, checksum.
func (c *cursor) text() string {
	data := binary.BigEndian.AppendUint64([]byte{cursorVersion}, c.question)
	data = binary.AppendVarint(data, c.at.UnixMilli())
	before := int32(0)
	for _, partition := range slices.Sorted(maps.Keys(c.last)) {
		data = binary.AppendUvarint(data, uint64(partition-before))
		data = binary.AppendUvarint(data, uint64(c.last[partition]))
		before = partition
	}
	data = binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(data))
	return base64.RawURLEncoding.EncodeToString(data)
}

// readCursor reads what text gave. The error is a *listing.InputError.
func readCursor(text string) (*cursor, error) {
	broken := listing.NoCursor()
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(data) < 14 || data[0] != cursorVersion {
		return nil, broken
	}
	body, sum := data[:len(data)-4], data[len(data)-4:]
	if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(sum) {
		return nil, broken
	}
	c := &cursor{question: binary.BigEndian.Uint64(body[1:9]), last: make(map[int32]int64)}
	body = body[9:]
	ms, n := binary.Varint(body)
	if n <= 0 {
		return nil, broken
	}
	c.at = time.UnixMilli(ms)
	partition := uint64(0)
	for body = body[n:]; len(body) > 0; {
		step, n := binary.Uvarint(body)
		if n <= 0 {
			return nil, broken
		}
		offset, m := binary.Uvarint(body[n:])
		partition += step
		if m <= 0 || partition > 1<<31-1 || offset > 1<<63-1 {
			return nil, broken
		}
		c.last[int32(partition)] = int64(offset)
		body = body[n+m:]
	}
	return c, nil
}
