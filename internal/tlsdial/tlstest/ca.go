// Package tlstest makes certificates for tests, as PEM files.
//
// It may import the standard library and testify, nothing else.
//
// Start reading at NewCA.
package tlstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fileMode is that of keys.
const fileMode = 0o600

// CA vouches for certificates.
type CA struct {
	// File holds its certificate.
	File string

	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Pair is a certificate and its key.
type Pair struct {
	Cert, Key string // files
	// Both is a file of the key and the certificate, as Kafka takes them.
	Both string
}

// NewCA makes one with files of its own.
func NewCA(t testing.TB) *CA {
	t.Helper()
	ca := &CA{dir: t.TempDir()}
	template := describe("CA of a test")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	ca.key = newKey(t)
	ca.cert = sign(t, template, template, ca.key, ca.key)
	ca.File = filepath.Join(ca.dir, "ca.pem")
	write(t, ca.File, pemOf("CERTIFICATE", ca.cert.Raw))
	return ca
}

// Server makes a certificate for names or addresses of a server.
func (ca *CA) Server(t testing.TB, hosts ...string) Pair {
	t.Helper()
	return ca.issue(t, "server-"+rand.Text(), serverTemplate(hosts))
}

// Expired makes one that has expired an hour ago.
func (ca *CA) Expired(t testing.TB, hosts ...string) Pair {
	t.Helper()
	template := serverTemplate(hosts)
	template.NotAfter = time.Now().Add(-time.Hour)
	return ca.issue(t, "expired-"+rand.Text(), template)
}

// Client makes a certificate for a client of a name.
func (ca *CA) Client(t testing.TB, name string) Pair {
	t.Helper()
	template := describe(name)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return ca.issue(t, "client-"+rand.Text(), template)
}

// Load reads the pair.
func (p Pair) Load(t testing.TB) tls.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	require.NoError(t, err)
	return pair
}

func (ca *CA) issue(t testing.TB, file string, template *x509.Certificate) Pair {
	t.Helper()
	key := newKey(t)
	cert := sign(t, template, ca.cert, key, ca.key)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	base := filepath.Join(ca.dir, file)
	p := Pair{Cert: base + ".pem", Key: base + ".key", Both: base + ".both"}
	certText, keyText := pemOf("CERTIFICATE", cert.Raw), pemOf("PRIVATE KEY", private)
	write(t, p.Cert, certText)
	write(t, p.Key, keyText)
	write(t, p.Both, append(keyText, certText...))
	return p
}

func serverTemplate(hosts []string) *x509.Certificate {
	template := describe("server of a test")
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, host)
	}
	return template
}

func describe(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func sign(t testing.TB, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func write(t testing.TB, path string, text []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, text, fileMode))
}

// Pool holds the CA alone.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}
