package roles

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/delivery"
)

// A receiver that says what it was sent does not bring a secret into the log
// of attempts.
func TestSecretsAreTakenOutOfAnswers(t *testing.T) {
	secrets := []string{"Bearer abcdef", "short"}
	for _, row := range []struct{ answer, want string }{
		{"", ""},
		{"thanks", "thanks"},
		{`{"authorization":"Bearer abcdef"}`, `{"authorization":"…"}`},
		{"Bearer abcdef, Bearer abcdef", "…, …"},
		{"short is no secret to look for", "short is no secret to look for"},
		{strings.Repeat("x", 1000) + "Bearer abcde", strings.Repeat("x", 1000) + "…"},
		{"it ends with Bearer", "it ends with …"},
		{"it ends with Beare", "it ends with Beare"},
	} {
		require.Equal(t, row.want, conceal(row.answer, secrets))
	}
}

// Also the part of a header that lets somebody in, and what stands in the URL's
// query; not the words around them.
func TestPartsOfSecretsAreTakenOutOfAnswers(t *testing.T) {
	keys := newVault(t)
	o, err := newOpener(keys, nil)
	require.NoError(t, err)
	call := &delivery.Call{EndpointID: "ep", URL: "https://shop.example/hook?token=a%2Bb%2Fcdef&v=1", Headers: map[string]string{}}
	for name, value := range map[string]string{"Authorization": "Bearer tok-123456", "X-Login": "basic dXNlcjpwYXNzd29yZCE=", "X-Plain": "plainvalue"} {
		call.Headers[name], err = keys.Seal("t", "ep", value)
		require.NoError(t, err)
	}
	moved := *call
	hidden, err := o.open("t", call)
	require.NoError(t, err)
	for answer, want := range map[string]string{
		"bad token tok-123456":              "bad token …",
		"got Bearer tok-123456!":            "got …!",
		"user, not password!":               "user, not …",
		"dXNlcjpwYXNzd29yZCE=":              "…",
		"POST /hook?token=a%2Bb%2Fcdef&v=1": "POST /hook?token=…&v=1",
		"no such token: a+b/cdef":           "no such token: …",
		"plainvalue is plain":               "… is plain",
		"nothing of it":                     "nothing of it",
	} {
		require.Equal(t, want, conceal(answer, hidden))
	}
	moved.URL = "https://shop.example/hook?token=another"
	hidden, err = o.open("t", &moved)
	require.NoError(t, err)
	require.Contains(t, hidden, "another", "with a new URL it is looked at anew")
}
