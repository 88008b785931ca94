package endpoints

import (
	"net/url"
	"strconv"
	"strings"

	"waybill/schemas"
)

const maxURLBytes = 2048

// checkURL says what stands against calling a URL, or nil. Where it leads is
// checked at each call, on the resolved address (W13); this only keeps out
// what no call could use.
func checkURL(row *schemas.WebhookEndpoint) *refusal {
	text := row.URL
	if len(text) > maxURLBytes {
		return blame("url", "the URL has %d bytes; %d are allowed", len(text), maxURLBytes)
	}
	u, err := url.Parse(text)
	if err != nil {
		return blame("url", "the URL cannot be read; it looks like https://example.com/path")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return blame("url", "the URL's scheme is %q; it may be https or http", u.Scheme)
	case u.User != nil:
		return blame("url", "the URL holds a user name or password; send credentials in a header")
	case u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t"):
		return blame("url", "the URL has no host")
	case strings.Contains(text, "#"):
		return blame("url", "the URL holds a fragment (#), which is never sent")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return blame("url", "the URL's port %q is not from 1 to 65535", port)
		}
	}
	return nil
}

// sameURL tells whether two URLs that were checked lead to the same place as
// far as their text tells.
func sameURL(a, b string) bool { return plainURL(a) == plainURL(b) }

// plainURL writes a URL's host in lower case, without the scheme's own port,
// and an empty path as a slash.
func plainURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	u.Host = strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	case "http":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
