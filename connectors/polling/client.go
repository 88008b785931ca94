package polling

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

// Bounds of one question. They leave room for carriers that are slow at their
// busiest hour.
const (
	askTimeout     = 30 * time.Second // from the start to the end of the body, however it drips
	connectTimeout = 10 * time.Second // also for TLS
	maxHeaderBytes = 64 << 10
	maxAnswerBytes = 8 << 20 // after decompression
	maxRedirects   = 3
	idleEach       = 8 // connections kept to a host
)

// errElsewhere says that an API sends questions, and with them keys, to another
// host.
var errElsewhere = errors.New("it redirects to another host, where no key is sent; if it has moved, say so (polling.url)")

// newClient makes the HTTP client of all questions. Proxies of the environment
// (HTTPS_PROXY) are used.
func newClient() *http.Client {
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	return &http.Client{
		Timeout: askTimeout,
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    connectTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConnsPerHost:    idleEach,
			IdleConnTimeout:        90 * time.Second,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			first := via[0].URL
			if request.URL.Scheme != first.Scheme || request.URL.Host != first.Host {
				return errElsewhere
			}
			if len(via) > maxRedirects {
				return errors.New("it redirects again and again")
			}
			return nil
		},
	}
}
