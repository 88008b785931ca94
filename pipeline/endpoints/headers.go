package endpoints

import (
	"maps"
	"slices"
	"strings"

	"waybill/schemas"
)

const (
	maxHeaders          = 5
	maxHeaderNameBytes  = 64
	maxHeaderValueBytes = 1024
)

func checkHeadersOf(row *schemas.WebhookEndpoint) *refusal {
	return checkHeaders(row.Headers, checkHeaderValue)
}

// checkHeaders says what stands against sending headers along, or nil; check
// says it of a value. The values may be credentials, so no answer repeats them.
func checkHeaders(headers map[string]string, check func(name, value string) *refusal) *refusal {
	if len(headers) > maxHeaders {
		return blame("headers", "there are %d headers; %d are allowed", len(headers), maxHeaders)
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		lower := strings.ToLower(name)
		switch {
		case !isToken(name) || len(name) > maxHeaderNameBytes:
			return blame("headers", "the header name %q is not a token of 1 to %d bytes", name, maxHeaderNameBytes)
		case isReserved(lower):
			return blame("headers", "the header %s is ours to set or would break the call", name)
		case seen[lower]:
			return blame("headers", "the header %s is given twice", name)
		}
		if r := check(name, headers[name]); r != nil {
			return r
		}
		seen[lower] = true
	}
	return nil
}

func checkHeaderValue(name, value string) *refusal {
	if isSealed(value) {
		return checkSealed("the value of header "+name, value)
	}
	return checkClearValue(name, value)
}

func checkClearValue(name, value string) *refusal {
	if !isFieldValue(value) {
		return blame("headers", "the value of header %s is over %d bytes or holds a control character", name, maxHeaderValueBytes)
	}
	return nil
}

// isReserved tells whether a header, in lower case, is set by the call itself
// (W10, W12) or speaks of the connection, which is not the endpoint's alone.
func isReserved(lower string) bool {
	switch lower {
	case "host", "user-agent", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect":
		return true
	}
	return strings.HasPrefix(lower, "webhook-") || strings.HasPrefix(lower, "content-") || strings.HasPrefix(lower, "proxy-")
}

// isToken follows RFC 9110, section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

// isFieldValue follows RFC 9110, section 5.5: no control character but the
// tab.
func isFieldValue(s string) bool {
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	return len(s) <= maxHeaderValueBytes && !strings.ContainsFunc(s, control)
}
