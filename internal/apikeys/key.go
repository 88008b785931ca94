package apikeys

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"waybill/schemas/yamlfile"
)

// Scopes: what a key may be used for. Admin is all of them, for its tenant.
const (
	ScopeRegister  = "register"  // follow parcels
	ScopeRead      = "read"      // look things up
	ScopeEndpoints = "endpoints" // manage endpoints, send webhooks again
	ScopeAdmin     = "admin"
)

// Scopes lists all scopes.
func Scopes() []string { return []string{ScopeRegister, ScopeRead, ScopeEndpoints, ScopeAdmin} }

// Key is a key as the file has it.
type Key struct {
	// ID names the key in logs; it is part of the key's text.
	ID string `yaml:"id"`
	// Tenant is whose it is: everything that it reaches is of this tenant.
	Tenant string   `yaml:"tenant"`
	Scopes []string `yaml:"scopes"`
	// SHA256 is the digest of the key's text, in hexadecimal digits.
	SHA256 string `yaml:"sha256"`
}

// A key's text is wbk_<id>_<secret>: the prefix lets scanners for leaked
// secrets find it.
const (
	prefix     = "wbk_"
	idLength   = 12
	maxIDBytes = 32
	maxTenant  = 200
)

// New makes a key and returns its text, which cannot be had again.
func New(tenant string, scopes []string) (*Key, string, error) {
	k := &Key{ID: strings.ToLower(rand.Text())[:idLength], Tenant: tenant, Scopes: scopes}
	text := prefix + k.ID + "_" + strings.ToLower(rand.Text())
	k.SHA256 = digest(text)
	return k, text, k.check()
}

// Allows tells whether the key may be used for one of the scopes.
func (k *Key) Allows(scopes ...string) bool {
	return slices.ContainsFunc(k.Scopes, func(has string) bool {
		return has == ScopeAdmin || slices.Contains(scopes, has)
	})
}

// is tells whether a text is this key, in a time that does not depend on how
// much of it is right.
func (k *Key) is(text string) bool {
	return subtle.ConstantTimeCompare([]byte(digest(text)), []byte(k.SHA256)) == 1
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// check says what is wrong with an entry, or nil.
func (k *Key) check() error {
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
	sum, err := hex.DecodeString(k.SHA256)
	switch {
	case k.ID == "" || len(k.ID) > maxIDBytes || strings.ContainsFunc(k.ID, func(r rune) bool { return !plain(r) }):
		return fmt.Errorf("the id %q is not 1 to %d small letters and digits", k.ID, maxIDBytes)
	case k.Tenant == "" || len(k.Tenant) > maxTenant:
		return fmt.Errorf("key %s: the tenant has %d bytes; it may have 1 to %d", k.ID, len(k.Tenant), maxTenant)
	case len(k.Scopes) == 0:
		return fmt.Errorf("key %s has no scopes; there are %s", k.ID, strings.Join(Scopes(), ", "))
	case err != nil || len(sum) != sha256.Size || k.SHA256 != strings.ToLower(k.SHA256):
		return fmt.Errorf("key %s: sha256 is not %d hexadecimal digits, small letters", k.ID, 2*sha256.Size)
	}
	for _, s := range k.Scopes {
		if !slices.Contains(Scopes(), s) {
			return fmt.Errorf("key %s: there is no scope %q%s; there are %s", k.ID, s, yamlfile.DidYouMean(s, Scopes()), strings.Join(Scopes(), ", "))
		}
	}
	return nil
}
