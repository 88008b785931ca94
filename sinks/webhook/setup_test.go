package webhook

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadRootCAs(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	own := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	path := filepath.Join(t.TempDir(), "roots.pem")
	for name, row := range map[string]struct{ text, says string }{
		"one":            {own, ""},
		"with words":     {"our own\n" + own + "\nthe same again\n" + own, ""},
		"nothing":        {"", "has no PEM block"},
		"no PEM":         {"MIIB", "has no PEM block"},
		"a key":          {own + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})), "block 2 of " + path + ": it is a PRIVATE KEY"},
		"no certificate": {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})), "block 1 of " + path + ": x509: "},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(row.text), 0o600))
			pool, err := ReadRootCAs(path)
			if row.says != "" {
				require.ErrorContains(t, err, row.says)
				return
			}
			require.NoError(t, err)
			require.Empty(t, newCaller(t, Options{RootCAs: pool}).Call(t.Context(), request(t, s.URL)).Reason)
		})
	}
	_, err := ReadRootCAs(path + "2")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestCheckSources(t *testing.T) {
	require.NoError(t, CheckSources(t.Context(), nil))
	require.NoError(t, CheckSources(t.Context(), addrs("127.0.0.1", "127.0.0.9")))
	err := CheckSources(t.Context(), addrs("127.0.0.1", "192.0.2.1", "2001:db8::1"))
	require.ErrorContains(t, err, "192.0.2.1, it is no address of this machine")
	require.ErrorContains(t, err, "2001:db8::1, it is no address of this machine")
	require.NotContains(t, err.Error(), "127.0.0.1")
}
