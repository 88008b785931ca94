package tlsdial_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"waybill/internal/tlsdial"
	"waybill/internal/tlsdial/tlstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve echoes on loopback, with TLS if config says how, and returns its address.
func serve(t *testing.T, config *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	if config != nil {
		l = tls.NewListener(l, config)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(conn, io.LimitReader(conn, 1))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return l.Addr().String()
}

// echo sends a byte and waits for it.
func echo(t *testing.T, d *tlsdial.Dialer, addr string) error {
	t.Helper()
	conn, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte{'x'}); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 1))
	return err
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Whatever is wrong with a certificate, the error says which flag mends it.
func TestEachRefusalSaysWhatToDo(t *testing.T) {
	ca, other := tlstest.NewCA(t), tlstest.NewCA(t)
	client, stranger := ca.Client(t, "waybill"), other.Client(t, "waybill")
	open := &tls.Config{Certificates: []tls.Certificate{ca.Server(t, "127.0.0.1").Load(t)}}
	closed := open.Clone()
	closed.ClientAuth, closed.ClientCAs = tls.RequireAndVerifyClientCert, ca.Pool()
	older := closed.Clone()
	older.MaxVersion = tls.VersionTLS12
	ancient := open.Clone()
	ancient.MaxVersion = tls.VersionTLS11
	for name, tt := range map[string]struct {
		server *tls.Config // nil: no TLS
		files  tlsdial.Files
		says   string // empty: it works
	}{
		"all is well":                       {open, tlsdial.Files{CA: ca.File}, ""},
		"with a certificate":                {closed, tlsdial.Files{CA: ca.File, Cert: client.Cert, Key: client.Key}, ""},
		"a name that is said":               {&tls.Config{Certificates: []tls.Certificate{ca.Server(t, "kafka.example").Load(t)}}, tlsdial.Files{CA: ca.File, ServerName: "kafka.example"}, ""},
		"an unknown CA":                     {open, tlsdial.Files{CA: other.File}, "--kafka-tls-ca"},
		"the system's CAs":                  {open, tlsdial.Files{}, "--kafka-tls-ca"},
		"another name":                      {&tls.Config{Certificates: []tls.Certificate{ca.Server(t, "kafka.example").Load(t)}}, tlsdial.Files{CA: ca.File}, "is for kafka.example: connect to that name, or say with --kafka-tls-server-name"},
		"expired":                           {&tls.Config{Certificates: []tls.Certificate{ca.Expired(t, "127.0.0.1").Load(t)}}, tlsdial.Files{CA: ca.File}, "have it renewed"},
		"no client's certificate":           {closed, tlsdial.Files{CA: ca.File}, "--kafka-tls-cert"},
		"none, TLS 1.2":                     {older, tlsdial.Files{CA: ca.File}, "--kafka-tls-cert"},
		"a client's that nobody knows":      {closed, tlsdial.Files{CA: ca.File, Cert: stranger.Cert, Key: stranger.Key}, "--kafka-tls-cert"},
		"a server's in place of a client's": {closed, serverAsClient(t, ca), "--kafka-tls-cert"},
		"old versions only":                 {ancient, tlsdial.Files{CA: ca.File}, "speaks 1.2 and 1.3"},
		"no TLS":                            {nil, tlsdial.Files{CA: ca.File}, "leave out --kafka-tls"},
	} {
		t.Run(name, func(t *testing.T) {
			err := echo(t, tlsdial.New("kafka", tt.files, quiet()), serve(t, tt.server))
			if tt.says == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.Contains(t, tlsdial.Advise(err), tt.says, err)
		})
	}
}

func serverAsClient(t *testing.T, ca *tlstest.CA) tlsdial.Files {
	pair := ca.Server(t, "127.0.0.1")
	return tlsdial.Files{CA: ca.File, Cert: pair.Cert, Key: pair.Key}
}

func TestFilesThatCannotBeReadAreNamed(t *testing.T) {
	ca := tlstest.NewCA(t)
	one, two := ca.Client(t, "one"), ca.Client(t, "two")
	for says, files := range map[string]tlsdial.Files{
		"no/such.pem":    {CA: "no/such.pem"},
		"holds none":     {CA: one.Key},
		"no/such.key":    {Cert: one.Cert, Key: "no/such.key"},
		"does not match": {Cert: one.Cert, Key: two.Key},
	} {
		require.ErrorContains(t, echo(t, tlsdial.New("kafka", files, quiet()), "127.0.0.1:1"), says)
	}
}

// A renewed CA and a renewed certificate count for the next connection; half a
// file counts for nothing.
func TestCertificatesAreRenewedWithoutARestart(t *testing.T) {
	before, after := tlstest.NewCA(t), tlstest.NewCA(t)
	own := before.Client(t, "waybill")
	var said bytes.Buffer
	d := tlsdial.New("kafka", tlsdial.Files{CA: before.File, Cert: own.Cert, Key: own.Key}, slog.New(slog.NewTextHandler(&said, nil)))
	server := func(ca *tlstest.CA) string {
		return serve(t, &tls.Config{
			Certificates: []tls.Certificate{ca.Server(t, "127.0.0.1").Load(t)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(),
		})
	}
	former, renewed := server(before), server(after)
	require.NoError(t, echo(t, d, former))
	require.Error(t, echo(t, d, renewed))

	require.NoError(t, os.WriteFile(before.File, []byte("-----BEGIN"), 0o600))
	require.NoError(t, echo(t, d, former))
	require.Contains(t, said.String(), "those read before are used on")

	fresh := after.Client(t, "waybill")
	for from, to := range map[string]string{after.File: before.File, fresh.Cert: own.Cert, fresh.Key: own.Key} {
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to, text, 0o600))
	}
	require.NoError(t, echo(t, d, renewed))
	require.Error(t, echo(t, d, former))
}
