package webhook

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority signs certificates of receivers.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{key, certificate}
}

// sign gives a certificate for an address of this machine, with changes.
func (a *authority) sign(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func TestCertificates(t *testing.T) {
	known, stranger := newAuthority(t), newAuthority(t)
	as := func(a *authority, change func(*x509.Certificate)) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{a.sign(t, change)}}
	}
	same := func(*x509.Certificate) {}
	old := as(known, same)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	weak := as(known, same)
	weak.MaxVersion, weak.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
	for name, row := range map[string]struct {
		config *tls.Config
		want   string
	}{
		"good":                        {as(known, same), ""},
		"expired":                     {as(known, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), ReasonTLS},
		"not yet valid":               {as(known, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), ReasonTLS},
		"of another name":             {as(known, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"receiver.example"} }), ReasonTLS},
		"signed by another authority": {as(stranger, same), ReasonTLS},
		"TLS 1.0 and 1.1 only":        {old, ReasonTLS},
		"ciphers that are broken":     {weak, ReasonTLS},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			s.TLS, s.Config.ErrorLog = row.config, log.New(io.Discard, "", 0)
			s.StartTLS()
			defer s.Close()
			c := newCaller(t, Options{RootCAs: known.pool()})
			res := c.Call(t.Context(), request(t, s.URL))
			require.Equal(t, row.want, res.Reason)
			require.Positive(t, res.TLS)
		})
	}
}

// What may go wrong while a TLS connection is being made.
func TestFaultsInTLS(t *testing.T) {
	record := []byte{22, 3, 3, 0x40, 0} // says that 16 KiB of a handshake follow
	for name, row := range map[string]struct {
		handle func(net.Conn)
		want   string
	}{
		"hangs":               {func(net.Conn) {}, ReasonTimeout},
		"hangs half-way":      {func(c net.Conn) { _, _ = c.Write(record) }, ReasonTimeout},
		"drips":               {func(c net.Conn) { _, _ = c.Write(record); drip(c, "x") }, ReasonTimeout},
		"closes":              {func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _ = c.Close() }, ReasonTLS},
		"resets":              {func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); reset(c) }, ReasonTLS},
		"speaks HTTP":         {func(c net.Conn) { answer(c, 400) }, ReasonTLS},
		"records without end": {func(c net.Conn) { pour(c, string(make([]byte, 1000)), 1<<30) }, ReasonTLS},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "https://"+serveRaw(t, row.handle)+"/")
			if r.Timeout = faultTimeout; row.want == ReasonTLS {
				r.Timeout = time.Minute // it must not come to that
			}
			res := newCaller(t, Options{}).Call(t.Context(), r)
			require.Equal(t, row.want, res.Reason)
			require.Zero(t, res.StatusCode)
			require.Zero(t, res.FirstByte)
		})
	}
}
