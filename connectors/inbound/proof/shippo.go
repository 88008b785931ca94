package proof

import (
	"context"
	"encoding/hex"
	"strings"
	"time"
)

// shippoHMAC has the time and the HMAC over time and body in one header:
// t=<seconds>,v1=<hexadecimal digits>.
type shippoHMAC struct {
	keys   []*key
	window time.Duration
}

// The names that Shippo's pages and its libraries have for the header.
const (
	shippoHeader      = "Shippo-Auth-Signature"
	shippoOtherHeader = "Shippo-Signature"
)

func newShippo(c *Config) (way, error) {
	return &shippoHMAC{newKeys(c.Secrets), c.Window}, nil
}

func (s *shippoHMAC) check(_ context.Context, r *Request) Reason {
	given, reason := only(r.Header, shippoHeader)
	if reason == Missing {
		given, reason = only(r.Header, shippoOtherHeader)
	}
	if reason != "" {
		return reason
	}
	stamp, signatures := shippoParts(given)
	at, ok := unix(stamp)
	switch {
	case !ok || len(signatures) == 0:
		return Malformed
	case !within(at, r.Time, s.window):
		return Stale
	}
	head := []byte(stamp + ".")
	for _, k := range s.keys {
		want := hex.EncodeToString(k.mac(head, r.Body))
		for _, signature := range signatures {
			if equal(signature, want) {
				return ""
			}
		}
	}
	return Mismatch
}

// shippoParts splits the header. The time is empty where it is there twice.
// There may be several signatures, while Shippo replaces a secret.
func shippoParts(header string) (stamp string, signatures []string) {
	const most = 8
	times := 0
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case name == "t":
			times++
			stamp = value
		case name == "v1" && len(signatures) < most:
			signatures = append(signatures, value)
		}
	}
	if times != 1 {
		stamp = ""
	}
	return stamp, signatures
}

func (s *shippoHMAC) sign(r *Request) error {
	stamp := unixText(r.Time)
	r.Header.Set(shippoHeader, "t="+stamp+",v1="+hex.EncodeToString(s.keys[0].mac([]byte(stamp+"."), r.Body)))
	return nil
}
