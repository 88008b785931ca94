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
	code, text, _ := strings.Cut(lastError, ": ")
	status, err := strconv.Atoi(code)
	if err != nil || status < http.StatusBadRequest || status > 499 {
		return &RefusalError{http.StatusBadRequest, lastError}
	}
	return &RefusalError{status, text}
}
