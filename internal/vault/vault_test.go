package vault_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/internal/vault"
)

func parse(t require.TestingT, lines ...string) *vault.Vault {
	v, err := vault.Parse(strings.Join(lines, "\n"))
	require.NoError(t, err)
	return v
}

func newLine(t require.TestingT) string {
	key, err := vault.NewKey(rand.Reader)
	require.NoError(t, err)
	return key.String()
}

func TestWhatIsSealedOpensWhereItBelongs(t *testing.T) {
	v := parse(t, newLine(t))
	rapid.Check(t, func(t *rapid.T) {
		tenant, endpoint, text := rapid.String().Draw(t, "tenant"), rapid.String().Draw(t, "endpoint"), rapid.String().Draw(t, "text")
		sealed, err := v.Seal(tenant, endpoint, text)
		require.NoError(t, err)
		require.True(t, vault.Sealed(sealed))
		opened, err := v.Open(tenant, endpoint, sealed)
		require.NoError(t, err)
		require.Equal(t, text, opened)
	})
}

func TestSealedTextsAreNeverAlike(t *testing.T) {
	v := parse(t, newLine(t))
	one, err := v.Seal("t", "ep", "whsec_x")
	require.NoError(t, err)
	other, err := v.Seal("t", "ep", "whsec_x")
	require.NoError(t, err)
	require.NotEqual(t, one, other)
	require.NotContains(t, one, "whsec")
	// What looks sealed is sealed all the same: a tenant chooses its headers.
	twice, err := v.Seal("t", "ep", one)
	require.NoError(t, err)
	opened, err := v.Open("t", "ep", twice)
	require.NoError(t, err)
	require.Equal(t, one, opened)
}

func TestWhatDoesNotOpen(t *testing.T) {
	line := newLine(t)
	v := parse(t, line)
	sealed, err := v.Seal("ab", "c", "whsec_secret")
	require.NoError(t, err)
	last := len(sealed) - 1
	flipped := sealed[:last-4] + string(sealed[last-4]^1) + sealed[last-3:]
	id, _, _ := strings.Cut(line, " ")
	sameID := strings.Replace(newLine(t), "key_", "", 1)
	sameID = id + sameID[strings.IndexByte(sameID, ' '):]
	for name, row := range map[string]struct {
		vault            *vault.Vault
		tenant, endpoint string
		text             string
		want             error
	}{
		"another endpoint":           {v, "ab", "d", sealed, vault.ErrAltered},
		"another tenant":             {v, "x", "c", sealed, vault.ErrAltered},
		"the border moved":           {v, "a", "bc", sealed, vault.ErrAltered},
		"a bit flipped":              {v, "ab", "c", flipped, vault.ErrAltered},
		"cut off":                    {v, "ab", "c", sealed[:last], vault.ErrAltered},
		"nothing sealed":             {v, "ab", "c", "sealed:" + id + ":", vault.ErrAltered},
		"no base64":                  {v, "ab", "c", sealed + "=", vault.ErrAltered},
		"an id that is none":         {v, "ab", "c", "sealed:no id:AAAA", vault.ErrAltered},
		"another key":                {parse(t, newLine(t)), "ab", "c", sealed, vault.ErrNoKey},
		"another key of the same id": {parse(t, sameID), "ab", "c", sealed, vault.ErrAltered},
		"no keys at all":             {nil, "ab", "c", sealed, vault.ErrNoKey},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := row.vault.Open(row.tenant, row.endpoint, row.text)
			require.ErrorIs(t, err, row.want)
			require.Empty(t, opened)
			require.NotContains(t, err.Error(), sealed[len(sealed)-20:])
		})
	}
}

func TestClearTextIsFromBefore(t *testing.T) {
	for _, v := range []*vault.Vault{nil, parse(t, newLine(t))} {
		for _, text := range []string{"", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "Bearer x"} {
			opened, err := v.Open("t", "ep", text)
			require.NoError(t, err)
			require.Equal(t, text, opened)
		}
	}
}

func TestWithoutKeysNothingIsSealed(t *testing.T) {
	var none *vault.Vault
	sealed, err := none.Seal("t", "ep", "whsec_secret")
	require.ErrorContains(t, err, "--secret-keys")
	require.NotContains(t, err.Error(), "whsec_secret")
	require.Empty(t, sealed)
}

// The first key seals and all open: a new one is put before the old, and the
// old one is dropped when nothing is sealed by it any more.
func TestRotation(t *testing.T) {
	before, after := newLine(t), newLine(t)
	old, err := parse(t, before).Seal("t", "ep", "x")
	require.NoError(t, err)
	both := parse(t, after, before)
	afterID, _, _ := strings.Cut(after, " ")
	beforeID, _, _ := strings.Cut(before, " ")
	require.Equal(t, []string{afterID, beforeID}, both.KeyIDs())
	require.Equal(t, beforeID, vault.KeyID(old))
	require.Empty(t, vault.KeyID("whsec_x:y"))
	require.Empty(t, vault.KeyID("sealed:"))
	opened, err := both.Open("t", "ep", old)
	require.NoError(t, err)
	require.Equal(t, "x", opened)
	fresh, err := both.Seal("t", "ep", "y")
	require.NoError(t, err)
	_, err = parse(t, before).Open("t", "ep", fresh)
	require.ErrorIs(t, err, vault.ErrNoKey)
	opened, err = parse(t, after).Open("t", "ep", fresh)
	require.NoError(t, err)
	require.Equal(t, "y", opened)
}

func TestParse(t *testing.T) {
	good := newLine(t)
	id, secret, _ := strings.Cut(good, " ")
	short := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("s"), 31))
	parse(t, "# our keys", "", "  "+id+"\t"+secret+"\r", newLine(t))
	for name, row := range map[string]struct{ text, says string }{
		"nothing":          {"", "there is no key in it"},
		"only comments":    {"# a\n\n", "there is no key in it"},
		"no blank":         {id + secret, "line 1: it is not a key id"},
		"three words":      {good + "\n" + good + " x", "line 2: it is not a key id"},
		"an id with colon": {"a:b " + secret, "line 1: it is not a key id"},
		"an id too long":   {strings.Repeat("a", 33) + " " + secret, "line 1: it is not a key id"},
		"31 bytes":         {"a " + short, "line 1: the key a is not the base64 of 32 bytes"},
		"no base64":        {"\na topsecret!", "line 2: the key a is not the base64 of 32 bytes"},
		"twice":            {good + "\n" + good, "line 2: the key id " + id + " is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := vault.Parse(row.text)
			require.Nil(t, v)
			require.ErrorContains(t, err, row.says)
			require.NotContains(t, err.Error(), secret)
			require.NotContains(t, err.Error(), "topsecret")
		})
	}
}

func TestMakeAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.key")
	_, err := vault.Load(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "--secret-keys")
	require.NoError(t, vault.Make(path, rand.Reader))
	made, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), made.Mode())
	v, err := vault.Load(path)
	require.NoError(t, err)
	sealed, err := v.Seal("t", "ep", "x")
	require.NoError(t, err)

	require.NoError(t, vault.Make(path, iotest.ErrReader(errors.New("no entropy"))), "what is there stays")
	v, err = vault.Load(path)
	require.NoError(t, err)
	_, err = v.Open("t", "ep", sealed)
	require.NoError(t, err)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1)

	require.ErrorContains(t, vault.Make(path+"2", iotest.ErrReader(errors.New("no entropy"))), "no entropy")
	require.ErrorContains(t, vault.Make(filepath.Join(path, "x"), rand.Reader), "secrets.key")
	_, err = vault.Load("")
	require.ErrorContains(t, err, "--secret-keys FILE")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	_, err = vault.Load(path)
	require.ErrorContains(t, err, path+": line 1: ")
}

func FuzzOpen(f *testing.F) {
	v := parse(f, "k AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	f.Add("sealed:k:AAAA")
	f.Add("sealed:")
	f.Fuzz(func(t *testing.T, text string) {
		opened, err := v.Open("t", "ep", text)
		if err == nil && vault.Sealed(text) {
			t.Errorf("%q opens to %q, and nobody sealed it", text, opened)
		}
	})
}
