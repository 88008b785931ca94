package accounts

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Secret says where a secret is: in an environment variable or in a file. One of
// the two is set.
type Secret struct {
	Env  string `yaml:"env"`
	File string `yaml:"file"`
}

// maxSecretBytes bounds a file with a secret.
const maxSecretBytes = 64 << 10

// Read gets the secret. Blanks at its ends do not count. No error repeats it.
func (s Secret) Read() (string, error) {
	if err := s.check(); err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	text := os.Getenv(s.Env)
	if s.File != "" {
		var err error
		if text, err = readFile(s.File); err != nil {
			return "", fmt.Errorf("reading a secret: %w", err)
		}
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("reading a secret: %s is empty", s)
	}
	return text, nil
}

func readFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(file, maxSecretBytes+1))
	if err == nil && len(data) > maxSecretBytes {
		err = fmt.Errorf("%s has more than %d bytes; a secret is wanted", path, maxSecretBytes)
	}
	return string(data), err
}

// String says where the secret is.
func (s Secret) String() string {
	if s.File != "" {
		return "file " + s.File
	}
	return "env " + s.Env
}

func (s Secret) check() error {
	switch {
	case s.Env != "" && s.File != "":
		return fmt.Errorf("both env %s and file %s are named; one is wanted", s.Env, s.File)
	case s.Env == "" && s.File == "":
		return errors.New("neither env nor file is named")
	}
	return nil
}
