package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Mark says how far files were published: what a run that was cut off goes on
// from.
type Mark struct {
	Inputs []InputMark `json:"inputs"`
	// Counts are those of the rows that are done; Counts.Rows is how many to
	// pass over.
	Counts Counts `json:"counts"`
	// Done: there is nothing left of the files.
	Done bool `json:"done"`
}

// InputMark knows a file again.
type InputMark struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Head string `json:"head"` // SHA-256 of the first 64 KiB
}

// NewMark is the mark of files of which nothing was published.
func NewMark(paths []string) (*Mark, error) {
	m := &Mark{}
	for _, path := range paths {
		in, err := newInputMark(path)
		if err != nil {
			return nil, fmt.Errorf("looking at what is to be published: %w", err)
		}
		m.Inputs = append(m.Inputs, in)
	}
	return m, nil
}

func newInputMark(path string) (InputMark, error) {
	if path == "-" {
		return InputMark{}, errors.New("standard input cannot be gone back to; name a file")
	}
	file, err := os.Open(path)
	if err != nil {
		return InputMark{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return InputMark{}, err
	}
	const head = 64 << 10
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(file, head)); err != nil {
		return InputMark{}, err
	}
	return InputMark{Path: path, Size: info.Size(), Head: hex.EncodeToString(sum.Sum(nil))}, nil
}

// ReadMark reads the mark of an earlier run of the same files, or gives a new one
// where there is none. Files that are others now are refused.
func ReadMark(path string, files []string) (*Mark, error) {
	now, err := NewMark(files)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return now, nil
	}
	var earlier Mark
	if err == nil {
		err = json.Unmarshal(data, &earlier)
	}
	if err != nil {
		return nil, fmt.Errorf("reading how far the files were published: %w", err)
	}
	if !slices.Equal(earlier.Inputs, now.Inputs) {
		return nil, fmt.Errorf("%s is about other files than these, or they have changed; remove it to begin anew", path)
	}
	return &earlier, nil
}

// Write keeps the mark, whole or not at all.
func (m *Mark) Write(path string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("writing how far the files were published: %w", err)
	}
	next := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".next")
	if err = os.WriteFile(next, append(data, '\n'), 0o600); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return fmt.Errorf("writing how far the files were published: %w", err)
	}
	return nil
}
