package tracking

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// identify gives a raw event's identity within one life of a shipment (I2):
// when it occurred and the carrier's own code, never place and never free
// text. Where there is no code the text has to do, and the identity is weak.
func identify(shipmentKey string, epoch int64, e *schemas.CarrierEvent) (id uint64, weak bool) {
	kind, what := "code", strings.ToUpper(strings.TrimSpace(e.RawCode))
	if what == "" {
		kind, what, weak = "text", foldText(e.Description+" "+e.RawStatus), true
	}
	if what == "" {
		kind, what = "model", e.Status+" "+e.Code
	}
	var digits, when [32]byte
	buf := appendPart(make([]byte, 0, 256), "event")
	buf = appendPart(buf, shipmentKey)
	buf = appendPart(buf, strconv.AppendInt(digits[:0], epoch, 10))
	buf = appendPart(buf, appendIdentityTime(when[:0], e))
	buf = appendPart(buf, kind)
	buf = appendPart(buf, what)
	buf = appendPart(buf, strconv.AppendInt(digits[:0], int64(e.Ordinal), 10))
	sum := sha256.Sum256(buf)
	return binary.BigEndian.Uint64(sum[:]), weak
}

// appendIdentityTime appends the part of an identity that says when: UTC in
// whole seconds, or the local text when no zone is known.
func appendIdentityTime(dst []byte, e *schemas.CarrierEvent) []byte {
	if e.OccurredZone == "" {
		if e.OccurredLocal != "" {
			return append(dst, e.OccurredLocal...)
		}
		if e.OccurredPrecision == schemas.PrecisionDay {
			return appendDay(dst, e.OccurredAt)
		}
	}
	return appendLocal(dst, e.OccurredAt)
}

// foldText makes two spellings of one text equal.
func foldText(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// contentHash tells whether two events of one identity say the same (I4). Who
// said it, and when we got it, is no part of what was said.
func contentHash(e *schemas.CarrierEvent, code *status.Code) uint32 {
	var place schemas.Location
	if e.Location != nil {
		place = *e.Location
	}
	return uint32(hash64("content",
		code.Name, e.RawStatus, e.Description, e.SignedBy, e.Leg, e.OccurredPrecision, e.OccurredZone,
		place.Name, place.City, place.State, place.PostalCode, place.Country,
		text(e.ETADate), instantText(e.ETAAt), text(e.ETAZone)))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func instantText(at *time.Time) string {
	if at == nil {
		return ""
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}

// hash64 hashes texts so that no two lists of texts run into one another.
func hash64(parts ...string) uint64 {
	sum := digest(parts)
	return binary.BigEndian.Uint64(sum[:8])
}

// hashHex is hash64 with 128 bits, in hex: for ids that must be unique over
// everything.
func hashHex(parts ...string) string {
	sum := digest(parts)
	return hex.EncodeToString(sum[:16])
}

func digest(parts []string) [sha256.Size]byte {
	buf := make([]byte, 0, 512)
	for _, part := range parts {
		buf = appendPart(buf, part)
	}
	return sha256.Sum256(buf)
}

// parseEventID reads what eventID wrote; 0 for anything else.
func parseEventID(s string) uint64 {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != idBytes {
		return 0
	}
	return binary.BigEndian.Uint64(raw)
}

func appendPart[T string | []byte](dst []byte, part T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(part))), part...)
}

// idBytes is the size of an event's identity.
const idBytes = 8

// eventID writes an identity as it is published: 16 hex digits, or nothing.
func eventID(id uint64) string {
	if id == 0 {
		return ""
	}
	return string(appendEventID(nil, id))
}

func appendEventID(dst []byte, id uint64) []byte {
	if id == 0 {
		return dst
	}
	var raw [idBytes]byte
	binary.BigEndian.PutUint64(raw[:], id)
	return hex.AppendEncode(dst, raw[:])
}
