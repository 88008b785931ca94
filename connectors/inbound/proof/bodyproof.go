package proof

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// bodyProof is that of TrackingMore V2: verifyInfo in the body has a time and its
// HMAC, whose key is the account's e-mail address. The rest of the body is not
// covered.
type bodyProof struct {
	keys   []*key
	window time.Duration
}

func newTrackingMoreV2(c *Config) (way, error) {
	return &bodyProof{newKeys(c.Secrets), c.Window}, nil
}

func (s *bodyProof) check(_ context.Context, r *Request) Reason {
	var body struct {
		Verify *struct {
			Time      jsontext.Value `json:"timeStr"`
			Signature string         `json:"signature"`
		} `json:"verifyInfo"`
	}
	err := json.Unmarshal(r.Body, &body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	switch {
	case err != nil:
		return Malformed
	case body.Verify == nil || body.Verify.Signature == "":
		return Missing
	}
	stamp := strings.Trim(string(body.Verify.Time), `"`)
	at, ok := unix(stamp)
	switch {
	case !ok:
		return Malformed
	case !within(at, r.Time, s.window):
		return Stale
	}
	for _, k := range s.keys {
		if equal(body.Verify.Signature, hex.EncodeToString(k.mac([]byte(stamp)))) {
			return ""
		}
	}
	return Mismatch
}

func (*bodyProof) sign(*Request) error {
	return errors.New("its signature is part of the body")
}
