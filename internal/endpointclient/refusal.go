package endpointclient

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// ErrRefused says that a command was refused; the text says why.
var ErrRefused = errors.New("refused")

// RefusalError is why a command was refused. It wraps ErrRefused.
type RefusalError struct {
	Status int    // as HTTP has it: 400, 404, 409
	Field  string // of the command that is to blame, empty where it is not one
	Text   string // for whoever sent the command
}

func (e *RefusalError) Error() string {
	return ErrRefused.Error() + ": " + strconv.Itoa(e.Status) + ": " + e.Text
}

// Unwrap makes it an ErrRefused.
func (*RefusalError) Unwrap() error { return ErrRefused }

// refusal reads the answer to a command that was refused, nil for one that was
// not.
func refusal(lastError string) error {
	if lastError == "" {
		return nil
	}
	head, text, _ := strings.Cut(lastError, ": ")
	code, field, _ := strings.Cut(head, " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < http.StatusBadRequest || status > 499 {
		return &RefusalError{Status: http.StatusBadRequest, Text: lastError}
	}
	return &RefusalError{status, field, text}
}
