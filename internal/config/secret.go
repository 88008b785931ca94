package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// masked is what is shown of a secret that is set.
const masked = "(set)"

// mostSecretBytes bounds a secret's file: what is larger is no password.
const mostSecretBytes = 64 << 10

// Secret is a setting that nobody may read. However it is printed, it is
// masked; string(s) is the secret itself. A setting of this type can be read
// from a file too: it has a sibling setting whose name ends in -file.
type Secret string

// String masks the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString masks the secret in %#v.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// LogValue masks the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText masks the secret in JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// readSecret reads a secret from its file, without the line's end.
func readSecret(path string) (Secret, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(file, mostSecretBytes+1))
	if err != nil {
		return "", err
	}
	if len(text) > mostSecretBytes {
		return "", fmt.Errorf("it has more than %d bytes, which is no secret", mostSecretBytes)
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if secret == "" {
		return "", errors.New("it is empty")
	}
	if strings.ContainsAny(secret, "\r\n") {
		return "", errors.New("it has more than one line")
	}
	return Secret(secret), nil
}

// openToAll tells whether everybody on this machine may read a file.
func openToAll(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o004 != 0
}
