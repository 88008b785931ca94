package webhook

import (
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// readAnswer reads an answer as far as it is read at all, keeps its first
// bytes and closes it. What goes wrong on the way no longer matters: the status
// has been said. After a 101 there is no body but a bare connection, which the
// call's time does not bound: nothing of it is read.
func readAnswer(res *http.Response) string {
	defer res.Body.Close() //nolint:errcheck // see above
	if res.StatusCode == http.StatusSwitchingProtocols || res.Body == http.NoBody {
		return ""
	}
	kept, _ := io.ReadAll(io.LimitReader(res.Body, maxKeptAnswerBytes))
	// The rest is read so that the connection can be used again.
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswerBytes-maxKeptAnswerBytes)
	return validText(kept)
}

// validText gives bytes as UTF-8 of no more than maxKeptAnswerBytes.
func validText(b []byte) string {
	text := strings.ToValidUTF8(string(b), string(utf8.RuneError))
	for len(text) > maxKeptAnswerBytes {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

// reasonOfStatus is why an answer is a failure, empty if it is none (W4).
func reasonOfStatus(res *http.Response) string {
	switch code := res.StatusCode; {
	case code >= 200 && code < 300:
		return ""
	case code >= 300 && code < 400 && res.Header.Get("Location") != "":
		return ReasonRedirect
	case code >= 300 && code < 400:
		return ReasonStatus3xx
	case code == http.StatusGone:
		return ReasonGone
	case code == http.StatusTooManyRequests:
		return ReasonRateLimited
	case code >= 400 && code < 500:
		return ReasonStatus4xx
	case code >= 500 && code < 600:
		return ReasonStatus5xx
	}
	return ReasonStatusOther
}
