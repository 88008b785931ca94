package proof

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// standard is the symmetric scheme of Standard Webhooks 1.0.
type standard struct {
	keys   []*key
	window time.Duration
}

const (
	standardID        = "Webhook-Id"
	standardTimestamp = "Webhook-Timestamp"
	standardSignature = "Webhook-Signature"
	standardV1        = "v1,"
)

func newStandard(c *Config) (way, error) {
	keys := make([]*key, len(c.Secrets))
	for i, secret := range c.Secrets {
		bytes, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(bytes) == 0 {
			return nil, fmt.Errorf("secret %d is not base64, with or without whsec_ before it", i+1)
		}
		keys[i] = &key{secret: bytes}
	}
	return &standard{keys, c.Window}, nil
}

func (s *standard) check(_ context.Context, r *Request) Reason {
	var given [3]string
	for i, name := range []string{standardID, standardTimestamp, standardSignature} {
		var reason Reason
		if given[i], reason = only(r.Header, name); reason != "" {
			return reason
		}
	}
	at, ok := unix(given[1])
	switch {
	case !ok:
		return Malformed
	case !within(at, r.Time, s.window):
		return Stale
	}
	head := []byte(given[0] + "." + given[1] + ".")
	for _, k := range s.keys {
		want := base64.StdEncoding.EncodeToString(k.mac(head, r.Body))
		for signature := range strings.FieldsSeq(given[2]) {
			if value, v1 := strings.CutPrefix(signature, standardV1); v1 && equal(value, want) {
				return ""
			}
		}
	}
	return Mismatch
}

// sign gives the webhook an id made of its body.
func (s *standard) sign(r *Request) error {
	sum := digest(string(r.Body))
	id, stamp := fmt.Sprintf("msg_%x", sum[:8]), unixText(r.Time)
	r.Header.Set(standardID, id)
	r.Header.Set(standardTimestamp, stamp)
	r.Header.Set(standardSignature, standardV1+base64.StdEncoding.EncodeToString(s.keys[0].mac([]byte(id+"."+stamp+"."), r.Body)))
	return nil
}
