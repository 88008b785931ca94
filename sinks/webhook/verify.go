package webhook

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Why a webhook is not what it says it is.
var (
	ErrHeaders   = errors.New("a webhook header is missing or cannot be read")
	ErrTimestamp = errors.New("the webhook's time is too far from now")
	ErrSignature = errors.New("no signature fits")
)

// Tolerance is how far a webhook's time may lie from now on either side, by
// Standard Webhooks: older ones may be replays.
const Tolerance = 5 * time.Minute

// Verify checks a received webhook against the receiver's secrets, one of
// which must have signed it, and against the clock. The body must be the bytes
// as they came.
func Verify(secrets []string, headers http.Header, body []byte, now time.Time, tolerance time.Duration) error {
	id, timestamp := headers.Get(HeaderID), headers.Get(HeaderTimestamp)
	given := headers.Get(HeaderSignature)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || given == "" || err != nil {
		return ErrHeaders
	}
	at := time.Unix(seconds, 0)
	if at.Before(now.Add(-tolerance)) || at.After(now.Add(tolerance)) {
		return fmt.Errorf("%w: it says %s", ErrTimestamp, at.UTC().Format(time.RFC3339))
	}
	for i, secret := range secrets {
		key, err := decodeSecret(secret)
		if err != nil {
			return fmt.Errorf("verifying a webhook: secret %d: %w", i+1, err)
		}
		if matches(given, mac(key, id, timestamp, body)) {
			return nil
		}
	}
	return ErrSignature
}

// matches tells whether one of the signatures that a header holds is want.
func matches(header string, want []byte) bool {
	for signature := range strings.FieldsSeq(header) {
		text, ok := strings.CutPrefix(signature, signatureV1)
		if !ok {
			continue
		}
		if sum, err := base64.StdEncoding.DecodeString(text); err == nil && hmac.Equal(sum, want) {
			return true
		}
	}
	return false
}
