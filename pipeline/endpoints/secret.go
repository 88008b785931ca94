package endpoints

import (
	"encoding/base64"
	"errors"
	"strings"

	"waybill/schemas"
)

// A secret and the values of headers come sealed by the sender of a command
// (W10): they are opaque here, but for their size. A sender without keys, from
// before there were some, sends them as they are.
const (
	sealedPrefix   = "sealed:"
	maxSealedBytes = 2048
)

// Form of a signing secret, by Standard Webhooks.
const (
	secretPrefix   = "whsec_"
	minSecretBytes = 24
	maxSecretBytes = 64
)

func isSealed(text string) bool { return strings.HasPrefix(text, sealedPrefix) }

func checkSecret(secret string) *refusal {
	if isSealed(secret) {
		return checkSealed("the secret", secret)
	}
	return checkClearSecret(secret)
}

// checkClearSecret never repeats the secret: the answer is public to the
// tenant.
func checkClearSecret(secret string) *refusal {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(key) < minSecretBytes || len(key) > maxSecretBytes {
		return blame("secret", "the secret is not %s and the base64 of %d to %d random bytes", secretPrefix, minSecretBytes, maxSecretBytes)
	}
	return nil
}

func checkSealed(what, text string) *refusal {
	if len(text) > maxSealedBytes {
		return refuse(400, "%s has %d bytes when sealed; %d are allowed", what, len(text), maxSealedBytes)
	}
	return nil
}

// CheckClear says what stands against the secret and the headers of a command
// before they are sealed, in the words in which the job would refuse it. A
// command may have none of them.
func CheckClear(v *schemas.EndpointCommand) error {
	var r *refusal
	if v.Secret != "" {
		r = checkClearSecret(v.Secret)
	}
	if r == nil {
		r = checkHeaders(v.Headers, checkClearValue)
	}
	if r != nil {
		return errors.New(r.String())
	}
	return nil
}
