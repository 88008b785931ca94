package api

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"waybill/schemas"
)

const (
	headerIdempotency   = "Idempotency-Key"
	maxIdempotencyBytes = 200
)

// identify gives a command the id that its Idempotency-Key stands for: the
// endpoints job carries each id out once, and answers a repeat as the first
// time. The key belongs to one request: with another body or path it is
// another command, but the endpoint to be made is the same one, so that a
// create with another body is refused.
func (c *call) identify(command *schemas.EndpointCommand) error {
	key := c.Header.Get(headerIdempotency)
	if key == "" {
		return nil
	}
	if p := checkIdempotencyKey(headerIdempotency, key); p != nil {
		return p
	}
	command.CommandID = "cmd_" + derived(command.Tenant, key, c.Method, c.URL.Path, string(c.body))
	if command.Kind == schemas.CommandCreate {
		command.EndpointID = "ep_" + derived(command.Tenant, key)
	}
	return nil
}

func checkIdempotencyKey(field, key string) *problemError {
	if len(key) > maxIdempotencyBytes || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return wrong(field, "the %s may have 1 to %d printable ASCII characters", field, maxIdempotencyBytes)
	}
	return nil
}

// derived makes an id of texts, which are told apart by their lengths.
func derived(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	const bytesOfID = 16
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:bytesOfID]))
}
