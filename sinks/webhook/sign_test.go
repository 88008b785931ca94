package webhook

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// vector is a case of testdata/standard_webhooks.json, which comes from the
// Standard Webhooks libraries. Those that a receiver must refuse are for
// receivers.
type vector struct {
	Name, Secret, ID, Timestamp, Payload string
	Signature                            string `json:"signature_header"`
	Now                                  int64
	Expect                               string
}

func vectors(t *testing.T) []vector {
	text, err := os.ReadFile("testdata/standard_webhooks.json")
	require.NoError(t, err)
	var file struct{ Cases []vector }
	require.NoError(t, json.Unmarshal(text, &file))
	valid := slices.DeleteFunc(file.Cases, func(v vector) bool { return v.Expect != "valid" })
	require.NotEmpty(t, valid)
	return valid
}

func (v vector) headers() http.Header {
	h := http.Header{}
	for name, value := range map[string]string{HeaderID: v.ID, HeaderTimestamp: v.Timestamp, HeaderSignature: v.Signature} {
		if value != "" {
			h.Set(name, value)
		}
	}
	return h
}

func sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	signer, err := NewSigner(secrets)
	if err != nil {
		return "", err
	}
	return signer.Sign(id, at, body)
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			seconds, err := strconv.ParseInt(v.Timestamp, 10, 64)
			require.NoError(t, err)
			signature, err := sign([]string{v.Secret}, v.ID, time.Unix(seconds, 0), []byte(v.Payload))
			require.NoError(t, err)
			require.Contains(t, strings.Fields(v.Signature), signature)
		})
	}
}

// An independent implementation must accept what we sign, and nothing else.
func TestSignAgainstLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), minSecretBytes, maxSecretBytes).Draw(t, "key")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		id := rapid.StringMatching(`[a-z0-9_]{1,40}`).Draw(t, "id")
		secret := secretPrefix + base64.StdEncoding.EncodeToString(key)
		now := time.Now()
		library, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)

		ours, err := sign([]string{secret}, id, now, body)
		require.NoError(t, err)
		headers := vector{ID: id, Timestamp: timestampText(now), Signature: ours}.headers()
		require.NoError(t, library.Verify(body, headers))

		require.Error(t, library.Verify(append(body, 'x'), headers))
	})
}

func TestSignWithTwoSecrets(t *testing.T) {
	before, after, body, now := newSecret(t, 1), newSecret(t, 2), []byte("{}"), time.Now()
	signature, err := sign([]string{after, before}, "id", now, body)
	require.NoError(t, err)
	headers := vector{ID: "id", Timestamp: timestampText(now), Signature: signature}.headers()
	for _, secret := range []string{before, after} {
		library, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		require.NoError(t, library.Verify(body, headers))
	}
	stranger, err := standardwebhooks.NewWebhook(newSecret(t, 3))
	require.NoError(t, err)
	require.Error(t, stranger.Verify(body, headers))
}

func TestSignRefuses(t *testing.T) {
	good, short := newSecret(t, 1), secretPrefix+base64.StdEncoding.EncodeToString(make([]byte, 23))
	for name, row := range map[string]struct {
		id      string
		secrets []string
	}{
		"no id":            {"", []string{good}},
		"dot in the id":    {"a.b", []string{good}},
		"no secret":        {"id", nil},
		"empty secret":     {"id", []string{""}},
		"short secret":     {"id", []string{good, short}},
		"long secret":      {"id", []string{base64.StdEncoding.EncodeToString(make([]byte, 65))}},
		"secret no base64": {"id", []string{"whsec_topsecret!"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sign(row.secrets, row.id, time.Now(), nil)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "topsecret")
		})
	}
}

func TestNewSecret(t *testing.T) {
	key, err := decodeSecret(newSecret(t, 7))
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte{7}, newSecretBytes), key)

	_, err = NewSecret(iotest.ErrReader(errors.New("no entropy")))
	require.ErrorContains(t, err, "no entropy")
}

// newSecret makes a secret of one byte again and again.
func newSecret(t testing.TB, b byte) string {
	secret, err := NewSecret(bytes.NewReader(bytes.Repeat([]byte{b}, newSecretBytes)))
	require.NoError(t, err)
	return secret
}
