package endpoints

import (
	"fmt"
	"strings"
)

// refusal is why a command was not carried out: an HTTP status that says of
// which kind, and a sentence.
type refusal struct {
	code int
	text string
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, text: fmt.Sprintf(format, args...)}
}

// maxRefusalBytes bounds what is remembered and published of a refusal, which
// may quote what was sent.
const maxRefusalBytes = 1000

func (r *refusal) String() string {
	text := fmt.Sprintf("%d: %s", r.code, r.text)
	if len(text) > maxRefusalBytes {
		text = strings.ToValidUTF8(text[:maxRefusalBytes], "") + " ..."
	}
	return text
}
