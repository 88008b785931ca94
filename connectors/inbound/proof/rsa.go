package proof

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"
)

// rsaSHA256 is ShipEngine's: a signature over time and body by a key that its key
// set names.
type rsaSHA256 struct {
	keys   KeySet
	window time.Duration
}

const (
	rsaKeyID     = "X-Shipengine-Rsa-Sha256-Key-Id"
	rsaSignature = "X-Shipengine-Rsa-Sha256-Signature"
	rsaTimestamp = "X-Shipengine-Timestamp"
)

func newShipEngine(c *Config) (way, error) { return &rsaSHA256{c.Keys, c.Window}, nil }

func (s *rsaSHA256) check(ctx context.Context, r *Request) Reason {
	var given [3]string
	for i, name := range []string{rsaKeyID, rsaTimestamp, rsaSignature} {
		var reason Reason
		if given[i], reason = only(r.Header, name); reason != "" {
			return reason
		}
	}
	at, ok := isoOrUnix(given[1])
	signature, err := base64.StdEncoding.DecodeString(given[2])
	switch {
	case !ok || err != nil:
		return Malformed
	case !within(at, r.Time, s.window):
		return Stale
	}
	key := s.keys.Key(ctx, given[0])
	if key == nil {
		return UnknownKey
	}
	h := sha256.New()
	_, _ = h.Write([]byte(given[1] + "."))
	_, _ = h.Write(r.Body)
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, h.Sum(nil), signature) != nil {
		return Mismatch
	}
	return ""
}

func isoOrUnix(text string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	return unix(text)
}

func (*rsaSHA256) sign(*Request) error {
	return errors.New("the private key is the platform's")
}
