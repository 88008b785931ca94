package webhook

import (
	"encoding/base64"
	"fmt"
	"io"
)

// NewSecret makes a signing secret (W10) from random bytes, which random must
// give in cryptographic quality.
func NewSecret(random io.Reader) (string, error) {
	key := make([]byte, newSecretBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return "", fmt.Errorf("making a signing secret: %w", err)
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(key), nil
}
