package config

import (
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"regexp"
	"strconv"
)

var (
	identifiers = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,126}$`)
	topicParts  = regexp.MustCompile(`^[A-Za-z0-9._-]{0,100}$`)
)

// The forms that a setting's text may have, by its tag form.
const (
	formAddress    = "address"
	formListen     = "listen"
	formIdentifier = "identifier"
	formTopic      = "topic"
	formFile       = "file"
	formFolder     = "folder"
	formMadeFolder = "made-folder"
)

// wordsOf says a form in words, empty for none.
func wordsOf(form string) string {
	switch form {
	case formAddress:
		return "an address HOST:PORT"
	case formListen:
		return "an address HOST:PORT; without a host it is every address of this machine, with port 0 any port that is free"
	case formIdentifier:
		return "letters, digits and underscores, not a digit first"
	case formTopic:
		return "letters, digits, dots, dashes and underscores, 100 at most"
	case formFile:
		return "a file that is there"
	case formFolder:
		return "a folder that is there"
	case formMadeFolder:
		return "a folder; it is made where it is not there"
	}
	return ""
}

// hasForm tells whether a text has a form, as far as can be told without the
// disk. An empty one is none, and has every form.
func hasForm(form, text string) bool {
	switch {
	case text == "":
		return true
	case form == formAddress:
		return isAddress(text, 1)
	case form == formListen:
		return isAddress(text, 0)
	case form == formIdentifier:
		return identifiers.MatchString(text)
	case form == formTopic:
		return topicParts.MatchString(text)
	}
	return true
}

// isAddress tells whether a text is a host and a port.
func isAddress(text string, leastPort int) bool {
	host, port, err := net.SplitHostPort(text)
	number, notNumber := strconv.Atoi(port)
	return err == nil && notNumber == nil && number >= leastPort && number <= 65535 && (host != "" || leastPort == 0)
}

func texts(value reflect.Value) []string {
	if list, ok := reflect.TypeAssert[[]string](value); ok {
		return list
	}
	return []string{value.String()}
}

// onDisk says what is wrong with the file or folder that a setting names.
func onDisk(form, path string) error {
	if form != formFile && form != formFolder && form != formMadeFolder || path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && form == formMadeFolder:
		return nil
	case errors.Is(err, os.ErrNotExist):
		return errors.New("which is not there")
	case err != nil:
		return fmt.Errorf("which cannot be used: %w", err)
	case info.IsDir() && form == formFile:
		return errors.New("which is a folder; it must be a file")
	case !info.IsDir() && form != formFile:
		return errors.New("which is a file; it must be a folder")
	}
	return nil
}
