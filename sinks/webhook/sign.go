package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Headers of a signed webhook, by Standard Webhooks 1.0, in Go's form.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// signatureV1 marks an HMAC-SHA-256 in the signature header.
const signatureV1 = "v1,"

// Sign gives the signature header of a webhook: over its id, the time of the
// attempt in whole seconds and the body, joined by dots, once for each secret
// (W10). While a secret is being replaced, the old one and the new one both
// sign.
func Sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	if id == "" || strings.Contains(id, ".") {
		return "", fmt.Errorf("signing webhook %q: the id is empty or holds a dot, which joins the signed parts", id)
	}
	if len(secrets) == 0 {
		return "", fmt.Errorf("signing webhook %q: there is no secret", id)
	}
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := decodeSecret(secret)
		if err != nil {
			return "", fmt.Errorf("signing webhook %q: secret %d: %w", id, i+1, err)
		}
		sum := mac(key, id, timestampText(at), body)
		signatures[i] = signatureV1 + base64.StdEncoding.EncodeToString(sum)
	}
	return strings.Join(signatures, " "), nil
}

func timestampText(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func mac(key []byte, id, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(id + "." + timestamp + "."))
	_, _ = h.Write(body)
	return h.Sum(nil)
}

// Form of a secret, by Standard Webhooks.
const (
	secretPrefix   = "whsec_"
	minSecretBytes = 24
	maxSecretBytes = 64
	newSecretBytes = 32
)

// decodeSecret gives a secret's bytes. The prefix may be missing, as the
// specification allows. No error repeats the secret.
func decodeSecret(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	switch {
	case err != nil:
		return nil, errors.New("it is no base64")
	case len(key) < minSecretBytes || len(key) > maxSecretBytes:
		return nil, fmt.Errorf("it has %d bytes; %d to %d are wanted", len(key), minSecretBytes, maxSecretBytes)
	}
	return key, nil
}
