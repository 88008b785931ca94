package endpoints

import (
	"fmt"
	"strings"
)

// refusal is why a command was not carried out: an HTTP status that says of
// which kind, the field that is to blame, if it is one, and a sentence.
type refusal struct {
	code  int
	field string
	text  string
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, text: fmt.Sprintf(format, args...)}
}

// blame refuses a command for one of its fields.
func blame(field, format string, args ...any) *refusal {
	return &refusal{code: 400, field: field, text: fmt.Sprintf(format, args...)}
}

// maxRefusalBytes bounds what is remembered and published of a refusal, which
// may quote what was sent.
const maxRefusalBytes = 1000

// String is the refusal as it is published: "400 url: the URL has no host".
func (r *refusal) String() string {
	text := fmt.Sprintf("%d: %s", r.code, r.text)
	if r.field != "" {
		text = fmt.Sprintf("%d %s: %s", r.code, r.field, r.text)
	}
	if len(text) > maxRefusalBytes {
		text = strings.ToValidUTF8(text[:maxRefusalBytes], "") + " ..."
	}
	return text
}
