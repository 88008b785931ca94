package roles_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/apikeys"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

// apiOptions serves the API on a port of its own, and returns a key for it.
func apiOptions(t *testing.T, d *rolestest.Deployment) (o roles.Options, key string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.yaml")
	key, err := apikeys.Bootstrap(path, "shop")
	require.NoError(t, err)
	keys, err := apikeys.Open(path, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o = d.Options()
	o.API = &roles.APIOptions{Listener: listener, Keys: keys}
	return o, key
}

// A request that was taken before the process is told to stop is answered, and
// what it asks for is done; nobody gets in after that.
func TestAPIEndsWhatItHasInHand(t *testing.T) {
	d := rolestest.New(t)
	o, key := apiOptions(t, d)
	r, err := roles.New(o, roles.Endpoints, roles.API)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	require.Eventually(t, func() bool { return r.Ready() == nil }, 5*time.Minute, 5*time.Millisecond)

	address, body := o.API.Listener.Addr().String(), `{"url": "https://shop.example", "skip_test": true}`
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /v4/endpoints HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", key, len(body))
	require.NoError(t, err)
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue", "it waits for the body")
	_, err = answers.ReadString('\n')
	require.NoError(t, err)

	stop()
	require.Eventually(t, func() bool {
		other, err := net.Dial("tcp", address)
		return err != nil || other.Close() != nil
	}, 5*time.Minute, 5*time.Millisecond, "it still takes requests")
	_, err = fmt.Fprint(conn, body)
	require.NoError(t, err)
	answer, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, answer.StatusCode)
	require.NoError(t, <-ended)

	table, err := d.Endpoints(t).Table(t.Context())
	require.NoError(t, err)
	require.Len(t, table.OfTenant("shop"), 1)
}

func TestAPINeedsAnAddress(t *testing.T) {
	_, err := roles.New(rolestest.New(t).Options(), roles.API)
	require.ErrorContains(t, err, "setting up api: it was given no address")
}
