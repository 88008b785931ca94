package webhook

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
)

// ReadRootCAs reads certificates (PEM) that are trusted beside the system's.
// The error names file and block.
func ReadRootCAs(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading certificates to trust: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's certificates: %w", err)
	}
	for n := 1; ; n++ {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			if n == 1 {
				return nil, fmt.Errorf("reading certificates to trust: %s has no PEM block (-----BEGIN CERTIFICATE-----)", path)
			}
			return pool, nil
		}
		certificate, err := readCA(block)
		if err != nil {
			return nil, fmt.Errorf("reading certificates to trust: block %d of %s: %w", n, path, err)
		}
		pool.AddCert(certificate)
	}
}

func readCA(block *pem.Block) (*x509.Certificate, error) {
	if block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("it is a %s; a CERTIFICATE is wanted", block.Type)
	}
	return x509.ParseCertificate(block.Bytes)
}

// CheckSources makes sure that calls can leave from addresses: that they are
// this machine's.
func CheckSources(ctx context.Context, sources []netip.Addr) error {
	var wrong []error
	for _, source := range sources {
		socket, err := new(net.ListenConfig).Listen(ctx, "tcp", netip.AddrPortFrom(source, 0).String())
		if err == nil {
			err = socket.Close()
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("calls cannot leave from %s, it is no address of this machine: %w", source, err))
		}
	}
	return errors.Join(wrong...)
}
