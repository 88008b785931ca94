package console_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/console"
)

func get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	page, err := console.Handler()
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(all)
}

// A browser may load what comes from here and nothing else, and make no markup of
// texts.
func TestHeaders(t *testing.T) {
	for _, path := range []string{"/", "/console/none.js"} {
		h := get(t, path).Header
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			require.Contains(t, policy, want)
		}
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, []string{"nosniff", "no-referrer"}, []string{h.Get("X-Content-Type-Options"), h.Get("Referrer-Policy")})
	}
}

// A file is sent packed to who can read that, and not again to who has it.
func TestCaching(t *testing.T) {
	plain := get(t, "/")
	require.Equal(t, "text/html; charset=utf-8", plain.Header.Get("Content-Type"))
	require.Equal(t, "no-cache", plain.Header.Get("Cache-Control"))
	whole := text(t, plain.Body)
	require.Contains(t, whole, "<title>Waybill</title>")

	packed := get(t, "/", "Accept-Encoding", "br, gzip")
	require.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
	reader, err := gzip.NewReader(packed.Body)
	require.NoError(t, err)
	require.Equal(t, whole, text(t, reader))

	etag := plain.Header.Get("ETag")
	for _, known := range []string{etag, `"other", ` + etag, "*"} {
		again := get(t, "/", "If-None-Match", known)
		require.Equal(t, http.StatusNotModified, again.StatusCode)
		require.Empty(t, text(t, again.Body))
	}
	require.Equal(t, http.StatusOK, get(t, "/", "If-None-Match", `"other"`).StatusCode)
}

func TestUnknownFile(t *testing.T) {
	for _, path := range []string{"/console/none.js", "/console/", "/console/../doc.go", "/index.html"} {
		r := get(t, path)
		require.Equal(t, http.StatusNotFound, r.StatusCode, path)
		require.Contains(t, text(t, r.Body), "the page is at /")
	}
}

// The page is small: all of it, unpacked, has less than 100 KB.
func TestSize(t *testing.T) {
	files, err := filepath.Glob("static/*")
	require.NoError(t, err)
	var whole int64
	for _, name := range files {
		info, err := os.Stat(name)
		require.NoError(t, err)
		whole += info.Size()
	}
	require.Greater(t, len(files), 5)
	require.Less(t, whole, int64(100_000))
}
