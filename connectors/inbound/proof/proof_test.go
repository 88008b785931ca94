package proof_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/inbound/proof"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const body = `{"event":"track_updated","data":{"tracking_number":"1Z"}}`

// keySet is a key set with one key.
type keySet struct{ id string }

var privateKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func (k keySet) Key(_ context.Context, id string) *rsa.PublicKey {
	if id != k.id {
		return nil
	}
	return &privateKey().PublicKey
}

// config is that of a scheme, with what it needs.
func config(scheme string) proof.Config {
	c := proof.Config{Scheme: scheme, Secrets: []string{"old secret", "new secret"}}
	switch scheme {
	case proof.ShipEngine:
		c.Secrets, c.Keys = nil, keySet{"key-1"}
	case proof.StandardWebhooks:
		c.Secrets = []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
	case proof.HMACHex, proof.HMACBase64, proof.Header:
		c.Header = "X-Carrier-Key"
	case proof.Basic:
		c.User = "waybill"
	}
	return c
}

func made(t testing.TB, c proof.Config) *proof.Proof {
	t.Helper()
	p, err := proof.New(c)
	require.NoError(t, err)
	return p
}

func blank(text string) *proof.Request {
	return &proof.Request{Method: http.MethodPost, Header: http.Header{}, Query: url.Values{}, Body: []byte(text), Time: now}
}

// signed is a request that the sender of a scheme has made now.
func signed(t testing.TB, c proof.Config, text string) *proof.Request {
	t.Helper()
	r := blank(text)
	switch c.Scheme {
	case proof.ShipEngine:
		stamp := r.Time.Format(time.RFC3339)
		sum := sha256.Sum256([]byte(stamp + "." + text))
		signature, err := rsa.SignPKCS1v15(nil, privateKey(), crypto.SHA256, sum[:])
		require.NoError(t, err)
		r.Header.Set("X-Shipengine-Rsa-Sha256-Key-Id", "key-1")
		r.Header.Set("X-Shipengine-Rsa-Sha256-Signature", base64.StdEncoding.EncodeToString(signature))
		r.Header.Set("X-Shipengine-Timestamp", stamp)
	case proof.TrackingMoreV2:
		h := hmac.New(sha256.New, []byte(c.Secrets[0]))
		fmt.Fprint(h, r.Time.Unix())
		r.Body = fmt.Appendf(nil, `{"data":%q,"verifyInfo":{"timeStr":%d,"signature":%q}}`, text, r.Time.Unix(), hex.EncodeToString(h.Sum(nil)))
	default:
		require.NoError(t, made(t, c).Sign(r))
	}
	return r
}

func check(t testing.TB, c proof.Config, r *proof.Request) proof.Reason {
	t.Helper()
	return made(t, c).Check(t.Context(), r)
}

// onlyTime tells whether a scheme covers no body, and static whether it covers
// nothing.
func onlyTime(scheme string) bool {
	return scheme == proof.TrackingMoreTimestamp || scheme == proof.TrackingMoreV2
}

func static(scheme string) bool {
	switch scheme {
	case proof.ClickPost, proof.Header, proof.Query, proof.Basic, proof.Bearer:
		return true
	}
	return false
}

func timed(scheme string) bool {
	switch scheme {
	case proof.Shippo, proof.EasyPostV2, proof.TrackingMoreTimestamp, proof.TrackingMoreV2, proof.ShipEngine, proof.StandardWebhooks:
		return true
	}
	return false
}

// upper changes the signature to another spelling of the same bytes.
func upper(r *proof.Request) {
	for name, values := range r.Header {
		if i := strings.LastIndexByte(values[0], '='); name != "X-Timestamp" && len(values[0]) > 60 && i < len(values[0])-1 {
			r.Header[name] = []string{values[0][:i+1] + strings.ToUpper(values[0][i+1:])}
		}
	}
}

// forgeries change a genuine request into one that somebody without the secret
// could send.
func forgeries() map[string]func(*proof.Request) {
	each := func(change func([]string) []string) func(*proof.Request) {
		return func(r *proof.Request) {
			for name, values := range r.Header {
				r.Header[name] = change(values)
			}
			for name, values := range r.Query {
				r.Query[name] = change(values)
			}
			if strings.Contains(string(r.Body), "verifyInfo") {
				r.Body = []byte("{}")
			}
		}
	}
	return map[string]func(*proof.Request){
		"no header":    each(func([]string) []string { return nil }),
		"empty header": each(func([]string) []string { return []string{""} }),
		"header twice": each(func(v []string) []string { return append(v, v...) }),
		"huge header":  each(func(v []string) []string { return []string{v[0] + strings.Repeat("a", 8<<10)} }),
		"other value":  each(func(v []string) []string { return []string{"a" + v[0][1:]} }),
		"cut":          each(func(v []string) []string { return []string{v[0][:len(v[0])-1]} }),
		"bytes":        each(func([]string) []string { return []string{"\x00\xff,=;\"v1=,t=,v1"} }),
		"only the mark": each(func(v []string) []string {
			if mark, _, ok := strings.Cut(v[0], "="); ok && len(mark) < len(v[0])/2 {
				return []string{mark + "="}
			}
			return []string{"="}
		}),
	}
}

// Each scheme takes what its sender sends, with any of the secrets, and nothing
// else.
func TestSchemes(t *testing.T) {
	for _, s := range proof.Schemes() {
		t.Run(s.Name, func(t *testing.T) {
			c := config(s.Name)
			require.Empty(t, check(t, c, signed(t, c, body)))
			require.Empty(t, check(t, c, signed(t, c, "")), "an empty body")
			if s.Name != proof.ShipEngine {
				second, other := c, c
				second.Secrets = []string{c.Secrets[1]}
				require.Empty(t, check(t, c, signed(t, second, body)), "the second secret")
				other.Secrets = []string{base64.StdEncoding.EncodeToString([]byte("a secret of somebody else"))}
				require.Equal(t, proof.Mismatch, check(t, c, signed(t, other, body)), "another's secret")
			} else {
				other := c
				other.Keys = keySet{"key-2"}
				require.Equal(t, proof.UnknownKey, check(t, other, signed(t, c, body)))
			}
			for name, forge := range forgeries() {
				r := signed(t, c, body)
				forge(r)
				require.NotEmpty(t, check(t, c, r), name)
			}
			changed := signed(t, c, body)
			changed.Body = []byte(strings.Replace(string(changed.Body), "1Z", "2Z", 1))
			require.Equal(t, static(s.Name) || onlyTime(s.Name), check(t, c, changed) == "", "a changed body: the scheme covers %s", s.Covers)
			require.Equal(t, proof.Missing, check(t, c, blank(body+" ")))
		})
	}
}

// A signature is taken as the platform writes it: no other spelling of the same
// bytes.
func TestSpelling(t *testing.T) {
	for _, scheme := range []string{proof.Shippo, proof.EasyPost, proof.EasyPostV2, proof.SeventeenTrack, proof.TrackingMoreTimestamp, proof.HMACHex} {
		c := config(scheme)
		r := signed(t, c, body)
		upper(r)
		require.Equal(t, proof.Mismatch, check(t, c, r), scheme)
	}
	c := config(proof.HMACHex)
	r := signed(t, c, body)
	r.Header.Set(c.Header, strings.TrimPrefix(r.Header.Get(c.Header), "sha256="))
	require.Empty(t, check(t, c, r), "the mark before it may be missing where the scheme is anybody's")
}

// A signed time may lie the window before or after ours, and no more.
func TestWindow(t *testing.T) {
	for _, s := range proof.Schemes() {
		for _, window := range []time.Duration{0, time.Hour} {
			c := config(s.Name)
			if window > 0 && !timed(s.Name) {
				continue
			}
			c.Window = window
			limit := max(window, 5*time.Minute) // which it is by default
			for _, edge := range []time.Duration{-limit, limit} {
				r := signed(t, c, body)
				r.Time = now.Add(edge)
				require.Empty(t, check(t, c, r), "%s at the edge", s.Name)
				r.Time = r.Time.Add(edge / 1000)
				want := proof.Reason("")
				if timed(s.Name) {
					want = proof.Stale
				}
				require.Equal(t, want, check(t, c, r), "%s beyond", s.Name)
			}
		}
	}
}

// Times that are none.
func TestTimes(t *testing.T) {
	for header, scheme := range map[string]string{
		"X-Timestamp": proof.EasyPostV2, "Timestamp": proof.TrackingMoreTimestamp, "Webhook-Timestamp": proof.StandardWebhooks, "X-Shipengine-Timestamp": proof.ShipEngine,
	} {
		for _, wrong := range []string{"now", "-1", "+1772366400", "1772366400.5", "99999999999999999999", "1e9", " 1772366400", "0x10", "2026-13-01T00:00:00Z"} {
			c := config(scheme)
			r := signed(t, c, body)
			r.Header.Set(header, wrong)
			require.Equal(t, proof.Malformed, check(t, c, r), "%s %q", scheme, wrong)
		}
	}
	for _, wrong := range []string{"t=,v1=ab", "v1=ab", "t=1772366400", "t=1772366400,t=1772366400,v1=ab", "t=x,v1=ab", strings.Repeat("v1=a,", 100)} {
		r := blank(body)
		r.Header.Set("Shippo-Signature", wrong)
		require.Equal(t, proof.Malformed, check(t, config(proof.Shippo), r), wrong)
	}
	for _, wrong := range []string{`{"verifyInfo":{"timeStr":"x","signature":"a"}}`, `{"verifyInfo":`, `[]`, `{"verifyInfo":{"timeStr":[],"signature":"a"}}`, `{"verifyInfo":{"timeStr":1,"signature":1}}`} {
		require.Equal(t, proof.Malformed, check(t, config(proof.TrackingMoreV2), blank(wrong)), wrong)
	}
}

// What a scheme needs and has not got, or has and has no use for.
func TestNewSaysWhatIsWrong(t *testing.T) {
	for want, c := range map[string]proof.Config{
		`there is no scheme "shipo"; there are shippo, easypost`:     {Scheme: "shipo"},
		"setting up the scheme shippo: it needs at least one secret": {Scheme: proof.Shippo},
		"setting up the scheme shippo: a secret is empty":            {Scheme: proof.Shippo, Secrets: []string{"a", ""}},
		"it takes no header":                            {Scheme: proof.Shippo, Secrets: []string{"a"}, Header: "X"},
		"it takes no user":                              {Scheme: proof.Bearer, Secrets: []string{"a"}, User: "x"},
		"it needs a user":                               {Scheme: proof.Basic, Secrets: []string{"a"}},
		"it needs a header":                             {Scheme: proof.HMACHex, Secrets: []string{"a"}},
		"it has no time, and takes no window":           {Scheme: proof.AfterShip, Secrets: []string{"a"}, Window: time.Minute},
		"it needs a key_set":                            {Scheme: proof.ShipEngine},
		"it has public keys and takes no secrets":       {Scheme: proof.ShipEngine, Keys: keySet{}, Secrets: []string{"a"}},
		"it takes no key_set":                           {Scheme: proof.Shippo, Keys: keySet{}, Secrets: []string{"a"}},
		"secret 1 is not base64, with or without whsec": {Scheme: proof.StandardWebhooks, Secrets: []string{"hunter2!"}},
	} {
		_, err := proof.New(c)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
	}
	for _, scheme := range []string{proof.ShipEngine, proof.TrackingMoreV2} {
		require.ErrorContains(t, made(t, config(scheme)).Sign(blank("")), "signing by the scheme "+scheme)
	}
}

func TestOwn(t *testing.T) {
	for _, source := range []string{proof.Shippo, proof.EasyPost, proof.AfterShip, proof.SeventeenTrack, proof.TrackingMore, proof.ShipEngine, proof.ClickPost} {
		require.Equal(t, source, proof.Own(source, ""))
	}
	require.Equal(t, proof.Bearer, proof.Own("intersoft", ""))
	require.Equal(t, proof.Basic, proof.Own("intersoft", "waybill"))
	require.Empty(t, proof.Own("royal-mail", ""))
}

// The page for users has each scheme, and says what it covers.
func TestSchemesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/connectors/inbound.md")
	require.NoError(t, err)
	for _, s := range proof.Schemes() {
		require.Regexp(t, "(?m)^\\| `"+s.Name+"` \\| .* \\| "+regexp.QuoteMeta(s.Covers)+" \\|$", string(page))
	}
}
