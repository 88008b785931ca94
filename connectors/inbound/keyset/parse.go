package keyset

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// Bounds of a set and of its keys: a larger key only costs time.
const (
	maxKeys         = 64
	minModulusBits  = 2048
	maxModulusBits  = 8192
	maxExponentBits = 31
)

// parse reads the RSA keys for signatures of a set. Keys for other things are
// passed over; one that is broken is an error, and so is a set without any.
func parse(data []byte) (map[string]*rsa.PublicKey, error) {
	var set struct {
		Keys []struct {
			Type      string `json:"kty"`
			ID        string `json:"kid"`
			Use       string `json:"use"`
			Algorithm string `json:"alg"`
			Modulus   string `json:"n"`
			Exponent  string `json:"e"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, fmt.Errorf("reading the key set: it is no JSON Web Key Set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("reading the key set: it has %d keys; %d are the most", len(set.Keys), maxKeys)
	}
	keys := make(map[string]*rsa.PublicKey)
	for _, k := range set.Keys {
		if k.Type != "RSA" || k.ID == "" || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != "RS256" {
			continue
		}
		key, err := publicKey(k.Modulus, k.Exponent)
		if err != nil {
			return nil, fmt.Errorf("reading key %q of the key set: %w", k.ID, err)
		}
		keys[k.ID] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("reading the key set: it has no RSA key for signatures with an id")
	}
	return keys, nil
}

func publicKey(modulus, exponent string) (*rsa.PublicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(modulus)
	e, other := base64.RawURLEncoding.DecodeString(exponent)
	if err = errors.Join(err, other); err != nil {
		return nil, err
	}
	number, power := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	switch {
	case number.BitLen() < minModulusBits || number.BitLen() > maxModulusBits:
		return nil, fmt.Errorf("it has %d bits; %d to %d are taken", number.BitLen(), minModulusBits, maxModulusBits)
	case number.Bit(0) == 0 || power.BitLen() > maxExponentBits || power.Int64() < 3 || power.Bit(0) == 0:
		return nil, errors.New("its numbers are not those of an RSA key")
	}
	return &rsa.PublicKey{N: number, E: int(power.Int64())}, nil
}
