package proof

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// headerHMAC is a scheme with an HMAC-SHA-256 in a header of its own.
type headerHMAC struct {
	keys   []*key
	header string
	prefix string              // stands before the signature
	loose  bool                // the prefix may be missing
	text   func([]byte) string // of an HMAC
	// stamp names the header of the time that is signed; empty: there is none.
	stamp   string
	read    func(string) (time.Time, bool)
	write   func(time.Time) string
	window  time.Duration
	message func(r *Request, stamp string) (head, body []byte) // what is signed
}

// newEasyPost signs the body with the secret in normal form, as EasyPost's
// libraries do.
func newEasyPost(c *Config) (way, error) {
	return &headerHMAC{keys: easyPostKeys(c), header: "X-Hmac-Signature", prefix: easyPostPrefix, text: hex.EncodeToString, message: bodyAlone}, nil
}

const (
	easyPostPrefix = "hmac-sha256-hex="
	easyPostPath   = "X-Path"
)

// newEasyPostV2 signs time, method, path and body. The path is the one that
// EasyPost has called; a proxy before us may have changed it.
func newEasyPostV2(c *Config) (way, error) {
	return &headerHMAC{
		keys: easyPostKeys(c), header: "X-Hmac-Signature-V2", prefix: easyPostPrefix, text: hex.EncodeToString,
		stamp: "X-Timestamp", window: c.Window,
		read: func(text string) (time.Time, bool) {
			at, err := mail.ParseDate(text)
			return at, err == nil
		},
		write: func(at time.Time) string { return at.UTC().Format(time.RFC1123Z) },
		message: func(r *Request, stamp string) (head, body []byte) {
			return []byte(stamp + r.Method + r.Header.Get(easyPostPath)), r.Body
		},
	}, nil
}

func easyPostKeys(c *Config) []*key {
	secrets := make([]string, len(c.Secrets))
	for i, secret := range c.Secrets {
		secrets[i] = norm.NFKD.String(secret)
	}
	return newKeys(secrets)
}

func newAfterShip(c *Config) (way, error) {
	return &headerHMAC{keys: newKeys(c.Secrets), header: "Aftership-Hmac-Sha256", text: base64.StdEncoding.EncodeToString, message: bodyAlone}, nil
}

// trackingMoreHeader is where TrackingMore puts its signature, and
// trackingMoreStamp the time.
const (
	trackingMoreHeader = "Signature"
	trackingMoreStamp  = "Timestamp"
)

// newTrackingMore is what TrackingMore's description of V4 says.
func newTrackingMore(c *Config) (way, error) {
	return &headerHMAC{keys: newKeys(c.Secrets), header: or(c.Header, trackingMoreHeader), text: base64.StdEncoding.EncodeToString, message: bodyAlone}, nil
}

// newTrackingMoreTimestamp is what its example beside that description does.
func newTrackingMoreTimestamp(c *Config) (way, error) {
	return &headerHMAC{
		keys: newKeys(c.Secrets), header: or(c.Header, trackingMoreHeader), text: hex.EncodeToString,
		stamp: trackingMoreStamp, window: c.Window, read: unix, write: unixText,
		message: func(_ *Request, stamp string) (head, body []byte) { return []byte(stamp), nil },
	}, nil
}

func newHMACHex(c *Config) (way, error) {
	return &headerHMAC{keys: newKeys(c.Secrets), header: c.Header, prefix: "sha256=", loose: true, text: hex.EncodeToString, message: bodyAlone}, nil
}

func newHMACBase64(c *Config) (way, error) {
	return &headerHMAC{keys: newKeys(c.Secrets), header: c.Header, prefix: "sha256=", loose: true, text: base64.StdEncoding.EncodeToString, message: bodyAlone}, nil
}

func bodyAlone(r *Request, _ string) (head, body []byte) { return nil, r.Body }

func (s *headerHMAC) check(_ context.Context, r *Request) Reason {
	given, reason := only(r.Header, s.header)
	if reason != "" {
		return reason
	}
	given, marked := strings.CutPrefix(given, s.prefix)
	if !marked && !s.loose {
		return Malformed
	}
	var stamp string
	if s.stamp != "" {
		if stamp, reason = only(r.Header, s.stamp); reason != "" {
			return reason
		}
		at, ok := s.read(stamp)
		if !ok {
			return Malformed
		}
		if !within(at, r.Time, s.window) {
			return Stale
		}
	}
	head, body := s.message(r, stamp)
	for _, k := range s.keys {
		if equal(given, s.text(k.mac(head, body))) {
			return ""
		}
	}
	return Mismatch
}

func (s *headerHMAC) sign(r *Request) error {
	var stamp string
	if s.stamp != "" {
		stamp = s.write(r.Time)
		r.Header.Set(s.stamp, stamp)
	}
	head, body := s.message(r, stamp)
	r.Header.Set(s.header, s.prefix+s.text(s.keys[0].mac(head, body)))
	return nil
}

func or(chosen, usual string) string {
	if chosen != "" {
		return chosen
	}
	return usual
}
