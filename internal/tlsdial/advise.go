package tlsdial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
)

// Advise says what to do about an error of a dialer's connection, empty where it
// does not know.
func Advise(err error) string {
	if file, ok := errors.AsType[*FileError](err); ok {
		return fmt.Sprintf("mend the file, or --%s-tls-ca, --%s-tls-cert and --%s-tls-key", file.Service, file.Service, file.Service)
	}
	failed, ok := errors.AsType[*HandshakeError](err)
	if !ok {
		return ""
	}
	service := failed.Service
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("nobody who is trusted here vouches for the server's certificate: name the file of its CA with --%s-tls-ca", service)
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the server's certificate is for %s: connect to that name, or say with --%s-tls-server-name which of them it must bear", namesOf(wrong.Certificate), service)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return adviseInvalid(invalid)
	}
	if says := refusal(err); says != "" {
		return adviseRefused(says, service)
	}
	_, other := errors.AsType[tls.RecordHeaderError](err)
	if other || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("it looks as if the port did not speak TLS: use the one that does, or leave out --%s-tls", service)
	}
	return ""
}

// adviseInvalid is about the certificate of a server.
func adviseInvalid(invalid x509.CertificateInvalidError) string {
	if invalid.Reason == x509.Expired {
		return fmt.Sprintf("the server's certificate holds from %s to %s: have it renewed, or set this machine's clock",
			invalid.Cert.NotBefore.UTC().Format("2006-01-02 15:04 MST"), invalid.Cert.NotAfter.UTC().Format("2006-01-02 15:04 MST"))
	}
	return "the server's certificate is not made for servers: have it made anew"
}

// adviseRefused is about what a server says of this client's certificate.
func adviseRefused(says, service string) string {
	switch {
	case strings.Contains(says, "protocol version"):
		return "the server and this client have no version of TLS in common; this client speaks 1.2 and 1.3"
	case strings.Contains(says, "expired"):
		return fmt.Sprintf("the certificate in --%s-tls-cert has expired: renew it", service)
	}
	return fmt.Sprintf("the server does not take this client's certificate, or asks for one and gets none: set --%s-tls-cert and --%s-tls-key to one that its CA vouches for", service, service)
}

// namesOf are the hosts that a certificate is for.
func namesOf(c *x509.Certificate) string {
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no host at all"
	}
	return strings.Join(names, ", ")
}
