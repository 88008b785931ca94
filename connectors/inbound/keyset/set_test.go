package keyset_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/inbound/keyset"
)

var private = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// jwk is a key as a set has it.
func jwk(id string, change ...string) map[string]string {
	encode := base64.RawURLEncoding.EncodeToString
	k := map[string]string{"kty": "RSA", "kid": id, "use": "sig", "alg": "RS256", "n": encode(private().N.Bytes()), "e": encode(big.NewInt(int64(private().E)).Bytes())}
	for i := 0; i < len(change); i += 2 {
		k[change[i]] = change[i+1]
	}
	return k
}

func set(t testing.TB, keys ...map[string]string) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"keys": keys})
	require.NoError(t, err)
	return text
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// platform is a client of a platform that answers by a function, and counts.
type platform struct {
	asked  atomic.Int64
	answer func() (int, []byte)
}

func (p *platform) RoundTrip(*http.Request) (*http.Response, error) {
	p.asked.Add(1)
	w := httptest.NewRecorder()
	status, body := p.answer()
	w.WriteHeader(status)
	_, err := w.Write(body)
	return w.Result(), err
}

// The set is fetched for a key that is not there and when it is old, once a
// minute at most, and stays when it cannot be had.
func TestKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &platform{answer: func() (int, []byte) { return http.StatusOK, set(t, jwk("one")) }}
		s, err := keyset.New("https://platform.example/jwks", &http.Client{Transport: p}, quiet())
		require.NoError(t, err)
		require.Zero(t, p.asked.Load())
		require.True(t, private().PublicKey.Equal(s.Key(t.Context(), "one")))
		for range 1000 {
			require.Nil(t, s.Key(t.Context(), rand.Text()))
		}
		require.EqualValues(t, 1, p.asked.Load(), "strangers ask for keys that there are not")

		<-time.After(time.Minute)
		p.answer = func() (int, []byte) { return http.StatusOK, set(t, jwk("one"), jwk("two")) }
		require.NotNil(t, s.Key(t.Context(), "two"), "a new key")
		require.EqualValues(t, 2, p.asked.Load())

		<-time.After(time.Hour + time.Second)
		p.answer = func() (int, []byte) { return http.StatusOK, set(t, jwk("two")) }
		require.Nil(t, s.Key(t.Context(), "one"), "it was withdrawn")
		require.EqualValues(t, 3, p.asked.Load())

		<-time.After(2 * time.Hour)
		p.answer = func() (int, []byte) { return http.StatusInternalServerError, nil }
		require.NotNil(t, s.Key(t.Context(), "two"), "the platform is away")
		require.NotNil(t, s.Key(t.Context(), "two"))
		require.EqualValues(t, 4, p.asked.Load())
	})
}

// Many at once make one fetch.
func TestKeyAtOnce(t *testing.T) {
	release := make(chan struct{})
	p := &platform{answer: func() (int, []byte) {
		<-release
		return http.StatusOK, set(t, jwk("one"))
	}}
	s, err := keyset.New("https://platform.example/jwks", &http.Client{Transport: p}, quiet())
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { require.NotNil(t, s.Key(t.Context(), "one")) })
	}
	close(release)
	all.Wait()
	require.EqualValues(t, 1, p.asked.Load())
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(path, set(t, jwk("one")), 0o600))
	s, err := keyset.New(path, nil, quiet())
	require.NoError(t, err)
	require.NotNil(t, s.Key(t.Context(), "one"))
	missing, err := keyset.New(path+"x", nil, quiet())
	require.NoError(t, err)
	require.Nil(t, missing.Key(t.Context(), "one"))
}

// Keys that nobody should sign with give none.
func TestBadSets(t *testing.T) {
	short := base64.RawURLEncoding.EncodeToString(private().N.Bytes()[:128])
	many := make([]map[string]string, 65)
	for i := range many {
		many[i] = jwk(fmt.Sprint(i))
	}
	for name, data := range map[string][]byte{
		"no JSON":             []byte("{"),
		"no keys":             []byte("{}"),
		"a short key":         set(t, jwk("one", "n", short)),
		"an even modulus":     set(t, jwk("one", "n", base64.RawURLEncoding.EncodeToString(append([]byte{0xff}, make([]byte, 255)...)))),
		"exponent 1":          set(t, jwk("one", "e", "AQ")),
		"a huge exponent":     set(t, jwk("one", "e", strings.Repeat("_", 40))),
		"no base64":           set(t, jwk("one", "n", "*")),
		"for encryption":      set(t, jwk("one", "use", "enc")),
		"another algorithm":   set(t, jwk("one", "alg", "none")),
		"another kind of key": set(t, jwk("one", "kty", "oct")),
		"too many":            set(t, many...),
		"too large":           append(set(t, jwk("one")), make([]byte, 256<<10)...),
	} {
		p := &platform{answer: func() (int, []byte) { return http.StatusOK, data }}
		s, err := keyset.New("https://platform.example/jwks", &http.Client{Transport: p}, quiet())
		require.NoError(t, err)
		require.Nil(t, s.Key(t.Context(), "one"), name)
	}
}

// The client goes nowhere but to the internet, unless it may.
func TestClient(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/jwks", http.StatusFound)
			return
		}
		_, _ = w.Write(set(t, jwk("one")))
	}))
	defer server.Close()
	guarded, err := keyset.New(server.URL+"/jwks", keyset.Client(nil), quiet())
	require.NoError(t, err)
	require.Nil(t, guarded.Key(t.Context(), "one"))
	local := keyset.Client([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	open, err := keyset.New(server.URL+"/jwks", local, quiet())
	require.NoError(t, err)
	require.NotNil(t, open.Key(t.Context(), "one"))
	moved, err := keyset.New(server.URL+"/moved", local, quiet())
	require.NoError(t, err)
	require.Nil(t, moved.Key(t.Context(), "one"), "a redirect is not followed")
	for _, wrong := range []string{"http://platform.example/jwks", "ftp://x/", "https://", "https://user:pass@x/", "://"} {
		_, err := keyset.New(wrong, local, quiet())
		require.ErrorContains(t, err, "reading the key set's address", wrong)
	}
}

func FuzzSet(f *testing.F) {
	f.Add(set(f, jwk("one")))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"one","n":"","e":""}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &platform{answer: func() (int, []byte) { return http.StatusOK, data }}
		s, err := keyset.New("https://platform.example/jwks", &http.Client{Transport: p}, quiet())
		require.NoError(t, err)
		if key := s.Key(t.Context(), "one"); key != nil {
			require.GreaterOrEqual(t, key.N.BitLen(), 2048)
		}
	})
}
