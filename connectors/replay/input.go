package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// Input is something to read: a name for messages, and how to open it. It may
// be compressed with gzip.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Watched tells seen of each portion that is read of the input, in bytes as they
// lie in the file.
func (in Input) Watched(seen func(n int)) Input {
	open := in.Open
	in.Open = func() (io.ReadCloser, error) {
		from, err := open()
		return &watched{from, seen}, err
	}
	return in
}

type watched struct {
	io.ReadCloser

	seen func(n int)
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.seen(n)
	return n, err
}

// Files gives the inputs of paths. The path "-" is stdin.
func Files(paths []string, stdin io.Reader) []Input {
	inputs := make([]Input, len(paths))
	for i, path := range paths {
		if path == "-" {
			inputs[i] = Input{Name: "stdin", Open: func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }}
			continue
		}
		inputs[i] = Input{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	}
	return inputs
}

// BytesInput is an input that is already in memory.
func BytesInput(name string, data []byte) Input {
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// read opens the input, unpacks it and hands its text to f, without a byte
// order mark.
func (in Input) read(f func(text *bufio.Reader) error) (err error) {
	raw, err := in.Open()
	if err != nil {
		return fmt.Errorf("opening %s: %w", in.Name, err)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	text, err := unpack(bufio.NewReaderSize(raw, 1<<16))
	if err == nil {
		err = f(text)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", in.Name, err)
	}
	return nil
}

// unpack tells gzip by its first two bytes (RFC 1952), so that a name says
// nothing.
func unpack(r *bufio.Reader) (*bufio.Reader, error) {
	if head, _ := r.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		plain, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = bufio.NewReaderSize(plain, 1<<16)
	}
	const mark = "\xef\xbb\xbf"
	if head, _ := r.Peek(len(mark)); string(head) == mark {
		if _, err := r.Discard(len(mark)); err != nil {
			return nil, err
		}
	}
	return r, nil
}
