package vault

import (
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// prefix begins every sealed text.
const prefix = "sealed:"

var (
	// ErrNoKey says that the key of a sealed text is not here. The text opens
	// once it is.
	ErrNoKey = errors.New("the key is not among those given")
	// ErrAltered says that a sealed text is not what this vault, or one with the
	// same key, made for the tenant and endpoint.
	ErrAltered = errors.New("it was sealed for another tenant or endpoint, or was altered")
)

// Vault seals and opens with the keys of a file. A nil vault has none: it seals
// nothing and opens only clear text. It is safe for concurrent use.
type Vault struct {
	ids  []string // in the order of the file; the first key seals
	keys map[string]cipher.AEAD
}

// Seal seals a text for an endpoint of a tenant, whatever the text looks like.
func (v *Vault) Seal(tenant, endpointID, text string) (string, error) {
	if v == nil {
		return "", fmt.Errorf("sealing a secret of endpoint %s: %w", endpointID, errNoKeys)
	}
	id := v.ids[0]
	box := v.keys[id].Seal(nil, nil, []byte(text), binding(tenant, endpointID)) //nolint:gosec // G407: the box draws a nonce of its own
	return prefix + id + ":" + base64.RawURLEncoding.EncodeToString(box), nil
}

// Open gives what was sealed for an endpoint of a tenant. A text that is not
// sealed is from before there were keys and is given as it is. The error wraps
// ErrNoKey or ErrAltered and repeats nothing of the text but its key's id.
func (v *Vault) Open(tenant, endpointID, text string) (string, error) {
	sealed, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return text, nil
	}
	id, encoded, _ := strings.Cut(sealed, ":")
	if !isID(id) {
		return "", fmt.Errorf("opening a secret of endpoint %s: %w", endpointID, ErrAltered)
	}
	key := v.key(id)
	if key == nil {
		return "", fmt.Errorf("opening a secret of endpoint %s with key %s: %w", endpointID, id, ErrNoKey)
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err == nil {
		box, err = key.Open(nil, nil, box, binding(tenant, endpointID))
	}
	if err != nil {
		return "", fmt.Errorf("opening a secret of endpoint %s with key %s: %w", endpointID, id, ErrAltered)
	}
	return string(box), nil
}

func (v *Vault) key(id string) cipher.AEAD {
	if v == nil {
		return nil
	}
	return v.keys[id]
}

// Sealed tells whether a text is sealed.
func Sealed(text string) bool { return strings.HasPrefix(text, prefix) }

// KeyID is the id of the key that a text says it was sealed with, empty for one
// that is not sealed.
func KeyID(text string) string {
	sealed, _ := strings.CutPrefix(text, prefix)
	if id, _, ok := strings.Cut(sealed, ":"); ok && Sealed(text) {
		return id
	}
	return ""
}

// KeyIDs are the ids of the keys, that of the one that seals first.
func (v *Vault) KeyIDs() []string { return slices.Clone(v.ids) }

// binding is what a sealed text is bound to. The lengths keep apart what would
// read the same when joined.
func binding(tenant, endpointID string) []byte {
	return fmt.Appendf(nil, "waybill endpoint secret 1/%d:%s/%d:%s", len(tenant), tenant, len(endpointID), endpointID)
}
