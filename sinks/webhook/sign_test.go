package webhook

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
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
// Standard Webhooks libraries.
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
	require.NotEmpty(t, file.Cases)
	return file.Cases
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

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			err := Verify([]string{v.Secret}, v.headers(), []byte(v.Payload), time.Unix(v.Now, 0), Tolerance)
			seconds, atoiErr := strconv.ParseInt(v.Timestamp, 10, 64)
			require.NoError(t, atoiErr)
			signature, signErr := Sign([]string{v.Secret}, v.ID, time.Unix(seconds, 0), []byte(v.Payload))
			if v.Expect != "valid" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, signErr)
			require.Contains(t, strings.Fields(v.Signature), signature)
		})
	}
}

// TestSignAgainstLibrary has two implementations sign and verify for each
// other.
func TestSignAgainstLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), minSecretBytes, maxSecretBytes).Draw(t, "key")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		id := rapid.StringMatching(`[a-z0-9_]{1,40}`).Draw(t, "id")
		secret := secretPrefix + base64.StdEncoding.EncodeToString(key)
		now := time.Now()
		library, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)

		ours, err := Sign([]string{secret}, id, now, body)
		require.NoError(t, err)
		headers := vector{ID: id, Timestamp: timestampText(now), Signature: ours}.headers()
		require.NoError(t, library.Verify(body, headers))

		theirs, err := library.Sign(id, now, body)
		require.NoError(t, err)
		headers.Set(HeaderSignature, theirs)
		require.NoError(t, Verify([]string{secret}, headers, body, now, Tolerance))

		require.ErrorIs(t, Verify([]string{secret}, headers, append(body, 'x'), now, Tolerance), ErrSignature)
	})
}

func TestSignWithTwoSecrets(t *testing.T) {
	before, after, body, now := newSecret(t, 1), newSecret(t, 2), []byte("{}"), time.Now()
	signature, err := Sign([]string{after, before}, "id", now, body)
	require.NoError(t, err)
	headers := vector{ID: "id", Timestamp: timestampText(now), Signature: signature}.headers()
	for _, secret := range []string{before, after} {
		require.NoError(t, Verify([]string{secret}, headers, body, now, Tolerance))
	}
	require.NoError(t, Verify([]string{newSecret(t, 3), before}, headers, body, now, Tolerance), "a receiver may have two as well")
	require.ErrorIs(t, Verify([]string{newSecret(t, 3)}, headers, body, now, Tolerance), ErrSignature)
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
			_, err := Sign(row.secrets, row.id, time.Now(), nil)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "topsecret")
		})
	}
}

func TestVerifyClock(t *testing.T) {
	secret, sent := newSecret(t, 1), time.Unix(1_800_000_000, 0)
	signature, err := Sign([]string{secret}, "id", sent, nil)
	require.NoError(t, err)
	headers := vector{ID: "id", Timestamp: timestampText(sent), Signature: signature}.headers()
	for offset, want := range map[time.Duration]error{
		-Tolerance - time.Second: ErrTimestamp, -Tolerance: nil, 0: nil, Tolerance: nil, Tolerance + time.Second: ErrTimestamp,
	} {
		require.ErrorIs(t, Verify([]string{secret}, headers, nil, sent.Add(offset), Tolerance), want, offset)
	}
	headers.Set(HeaderTimestamp, "soon")
	require.ErrorIs(t, Verify([]string{secret}, headers, nil, sent, Tolerance), ErrHeaders)
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
