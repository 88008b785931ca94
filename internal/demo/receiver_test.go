package demo

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/sinks/webhook"
)

// serveFor runs the receiver of a folder for as long as use takes.
func serveFor(t *testing.T, dir string, use func(r *receiver)) {
	t.Helper()
	r, err := openReceiver(t.Context(), dir)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.serve(ctx) }()
	use(r)
	cancel()
	require.NoError(t, <-ended)
	r.close()
}

// send calls a receiver with a webhook that its secret signed.
func send(t *testing.T, r *receiver, sequence int) {
	t.Helper()
	caller := webhook.New(webhook.Options{AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	defer caller.Close()
	id := fmt.Sprintf("msg_%d", sequence)
	body := fmt.Sprintf(`{"id":%q,"type":"tracking.event","sequence":%d,"registration":{"id":"reg"}}`, id, sequence)
	answer := caller.Call(t.Context(), webhook.Request{ID: id, URL: r.url(), Secrets: []string{r.Secret}, Body: []byte(body)})
	require.Equal(t, http.StatusNoContent, answer.StatusCode, answer.Reason)
}

// What was verified before a kill is known after it, wherever the kill cut the
// ledger off; the receiver is where it was, and is told in the same way.
func TestReceiverGoesOn(t *testing.T) {
	whole := 0
	for name, cut := range map[string]func(ledger []byte) []byte{
		"whole":              func(l []byte) []byte { return l },
		"in the last line":   func(l []byte) []byte { return l[:len(l)-10] },
		"at the line's end":  func(l []byte) []byte { return l[:len(l)-1] },
		"after a first byte": func(l []byte) []byte { return l[:bytes.LastIndexByte(l[:len(l)-1], '\n')+2] },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var before identity
			serveFor(t, dir, func(r *receiver) {
				before = r.identity
				send(t, r, 1)
				send(t, r, 2)
				send(t, r, 2) // once more: it is written down once
			})
			path := filepath.Join(dir, "received.ndjson")
			ledger, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, 2, bytes.Count(ledger, []byte("\n")))
			require.NoError(t, os.WriteFile(path, cut(ledger), 0o600))

			serveFor(t, dir, func(r *receiver) {
				require.Equal(t, before, r.identity)
				if r.listener.Snapshot().Webhooks == 2 {
					whole++
				} else {
					require.Equal(t, 1, r.listener.Snapshot().Webhooks)
				}
				send(t, r, 2) // a call that was not answered comes again
				send(t, r, 3)
			})
			serveFor(t, dir, func(r *receiver) {
				counts := r.listener.Snapshot()
				require.Equal(t, 3, counts.Webhooks)
				require.Zero(t, counts.Missing)
			})
		})
	}
	require.Equal(t, 2, whole, "only a cut into a line forgets it")
}

func TestReceiverRefuses(t *testing.T) {
	t.Run("a port that is taken", func(t *testing.T) {
		serveFor(t, t.TempDir(), func(r *receiver) {
			other := t.TempDir()
			require.NoError(t, r.save(filepath.Join(other, "receiver.json")))
			_, err := openReceiver(t.Context(), other)
			require.ErrorContains(t, err, "listening for webhooks: ")
		})
	})
	t.Run("a folder that is none", func(t *testing.T) {
		_, err := openReceiver(t.Context(), filepath.Join(t.TempDir(), "missing"))
		require.ErrorContains(t, err, "opening the receiver's ledger: ")
	})
}
