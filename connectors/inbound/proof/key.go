package proof

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"sync"
)

// key is one secret, with hashes that have taken it in.
type key struct {
	secret []byte
	hashes sync.Pool
}

func newKeys(secrets []string) []*key {
	keys := make([]*key, len(secrets))
	for i, secret := range secrets {
		keys[i] = &key{secret: []byte(secret)}
	}
	return keys
}

// mac is the HMAC-SHA-256 of the parts, one after the other.
func (k *key) mac(parts ...[]byte) []byte {
	h, ok := k.hashes.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, k.secret)
	}
	defer k.hashes.Put(h)
	h.Reset()
	for _, part := range parts {
		_, _ = h.Write(part)
	}
	return h.Sum(nil)
}

// equal compares texts in a time that depends on their lengths alone.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// digest makes secrets of one length of secrets of any, so that comparing them
// does not tell how long they are.
func digest(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }

// anyDigest tells whether a text is one of those that the digests are of.
func anyDigest(digests [][sha256.Size]byte, text string) bool {
	given, found := digest(text), 0
	for i := range digests {
		found |= subtle.ConstantTimeCompare(given[:], digests[i][:])
	}
	return found == 1
}

func digests(secrets []string, before string) [][sha256.Size]byte {
	all := make([][sha256.Size]byte, len(secrets))
	for i, secret := range secrets {
		all[i] = digest(before + secret)
	}
	return all
}
