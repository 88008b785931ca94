package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Form of a key file.
const (
	keyBytes   = 32
	maxIDBytes = 32
	idBytes    = 6 // random bytes of a new id
)

var errNoKeys = errors.New("there are no keys (--secret-keys FILE; `waybill secrets new-key` makes one)")

// Key is a line of a key file.
type Key struct {
	ID string
	// Secret is the base64 of 32 random bytes.
	Secret string
}

// String is the key as a line of the file, without the line's end.
func (k Key) String() string { return k.ID + " " + k.Secret }

// NewKey makes a key with an id of its own from random bytes, which random must
// give in cryptographic quality.
func NewKey(random io.Reader) (Key, error) {
	b := make([]byte, idBytes+keyBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return Key{}, fmt.Errorf("making a key: %w", err)
	}
	return Key{
		ID:     fmt.Sprintf("key_%x", b[:idBytes]),
		Secret: base64.StdEncoding.EncodeToString(b[idBytes:]),
	}, nil
}

// Load reads the keys of a file. The errors name file and line and repeat no
// key.
func Load(path string) (*Vault, error) {
	if path == "" {
		return nil, fmt.Errorf("reading the keys of endpoints' secrets: %w", errNoKeys)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the keys of endpoints' secrets: %w (--secret-keys names their file; an embedded Kafka's lies in its --data)", err)
	}
	v, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading the keys of endpoints' secrets: %s: %w", path, err)
	}
	return v, nil
}

// Make makes a file with one new key, for its owner alone, unless the file is
// there. A half-written file is never seen. The folder must be there, and be
// the caller's alone.
func Make(path string, random io.Reader) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	key, err := NewKey(random)
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"-") // of mode 0600
	if err != nil {
		return fmt.Errorf("making a file of keys: %w", err)
	}
	defer os.Remove(draft.Name()) //nolint:errcheck // it bears its name elsewhere by then
	_, err = fmt.Fprintln(draft, key)
	err = errors.Join(err, draft.Sync(), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("making the file of keys %s: %w", path, err)
	}
	return nil
}

// Parse reads keys, one a line: an id of letters, digits, dashes and
// underscores, a blank, and the base64 of 32 bytes. Empty lines and those that
// begin with # say nothing.
func Parse(text string) (*Vault, error) {
	v := &Vault{keys: make(map[string]cipher.AEAD)}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, key, err := parseLine(line)
		switch {
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", n, err)
		case v.keys[id] != nil:
			return nil, fmt.Errorf("line %d: the key id %s is there twice", n, id)
		}
		v.ids, v.keys[id] = append(v.ids, id), key
	}
	if len(v.ids) == 0 {
		return nil, errors.New("there is no key in it; `waybill secrets new-key` makes one")
	}
	return v, nil
}

func parseLine(line string) (string, cipher.AEAD, error) {
	fields := strings.Fields(line)
	if len(fields) != 2 || !isID(fields[0]) {
		return "", nil, fmt.Errorf("it is not a key id (1 to %d letters, digits, dashes or underscores), a blank and a key", maxIDBytes)
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(fields[1])
	if err != nil || len(secret) != keyBytes {
		return "", nil, fmt.Errorf("the key %s is not the base64 of %d bytes", fields[0], keyBytes)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return "", nil, fmt.Errorf("using the key %s: %w", fields[0], err)
	}
	key, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return "", nil, fmt.Errorf("using the key %s: %w", fields[0], err)
	}
	return fields[0], key, nil
}

func isID(id string) bool {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
	}
	return id != "" && len(id) <= maxIDBytes && !strings.ContainsFunc(id, func(r rune) bool { return !plain(r) })
}
