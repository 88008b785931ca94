package webhook

import (
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// readAnswer reads an answer as far as it is read at all and keeps its first
// bytes. What goes wrong on the way no longer matters: the status has been
// said.
func readAnswer(body io.Reader) string {
	kept, _ := io.ReadAll(io.LimitReader(body, maxKeptAnswerBytes))
	// The rest is read so that the connection can be used again.
	_, _ = io.CopyN(io.Discard, body, maxAnswerBytes-maxKeptAnswerBytes)
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
	case code >= 400 && code < 500:
		return ReasonStatus4xx
	case code >= 500 && code < 600:
		return ReasonStatus5xx
	}
	return ReasonStatusOther
}
