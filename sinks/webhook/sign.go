package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"
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

// Signer signs webhooks with the secrets of an endpoint (W10). While a secret is
// being replaced, the old one and the new one both sign. It is safe for
// concurrent use.
type Signer struct {
	keys    []*signingKey
	writers sync.Pool
}

// NewSigner makes a signer. At least one secret is needed; no error repeats one.
func NewSigner(secrets []string) (*Signer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("making a signer: there is no secret")
	}
	s := &Signer{keys: make([]*signingKey, len(secrets))}
	for i, secret := range secrets {
		key, err := decodeSecret(secret)
		if err != nil {
			return nil, fmt.Errorf("making a signer: secret %d: %w", i+1, err)
		}
		s.keys[i] = &signingKey{secret: key}
	}
	return s, nil
}

// Sign gives the signature header of a webhook: over its id, the time of the
// attempt in whole seconds and the body, joined by dots, once for each secret.
func (s *Signer) Sign(id string, at time.Time, body []byte) (string, error) {
	if id == "" || strings.Contains(id, ".") {
		return "", fmt.Errorf("signing webhook %q: the id is empty or holds a dot, which joins the signed parts", id)
	}
	w, ok := s.writers.Get().(*signatureWriter)
	if !ok {
		w = &signatureWriter{}
	}
	defer s.writers.Put(w)
	w.head = append(strconv.AppendInt(append(append(w.head[:0], id...), '.'), at.Unix(), 10), '.')
	w.header = w.header[:0]
	for i, key := range s.keys {
		if i > 0 {
			w.header = append(w.header, ' ')
		}
		w.mac = key.mac(w.mac[:0], w.head, body)
		w.header = base64.StdEncoding.AppendEncode(append(w.header, signatureV1...), w.mac)
	}
	return string(w.header), nil
}

// signatureWriter is memory for one signature header after the other.
type signatureWriter struct{ head, mac, header []byte }

func timestampText(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// signingKey is one secret, with hashes that have taken it in.
type signingKey struct {
	secret []byte
	hashes sync.Pool
}

// mac appends the code of what is signed.
func (k *signingKey) mac(dst, head, body []byte) []byte {
	h, ok := k.hashes.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, k.secret)
	}
	defer k.hashes.Put(h)
	h.Reset()
	_, _ = h.Write(head)
	_, _ = h.Write(body)
	return h.Sum(dst)
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
