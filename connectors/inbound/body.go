package inbound

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// budget is how much of something may be taken at a time.
type budget struct {
	most  int64
	taken atomic.Int64
}

func (b *budget) take(n int64) bool {
	if b.taken.Add(n) <= b.most {
		return true
	}
	b.taken.Add(-n)
	return false
}

func (b *budget) give(n int64) { b.taken.Add(-n) }

// firstBytes is how much of a body is made room for at first: one that does not
// come must not take the room of others.
const firstBytes = 8 << 10

// read reads a body, and unpacks it. Memory is taken as it is needed; took says
// how much is to be given back.
func (h *Handler) read(r *http.Request) (body []byte, took int64, end outcome) {
	if r.ContentLength > MaxBodyBytes {
		return nil, 0, tooLarge
	}
	body, took, end = h.fill(r.Body, max(r.ContentLength, 0))
	if end != "" {
		return nil, took, end
	}
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
		return body, took, ""
	case "gzip", "x-gzip":
	default:
		return nil, took, wrongEncoding
	}
	packed, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, took, incomplete
	}
	body, more, end := h.fill(packed, int64(len(body)))
	return body, took + more, end
}

// fill reads to the end, MaxBodyBytes at most. expected is how much there
// probably is.
func (h *Handler) fill(from io.Reader, expected int64) (data []byte, took int64, end outcome) {
	for size := min(expected, firstBytes) + 1; ; size = min(2*size, MaxBodyBytes+1) {
		if !h.bytes.take(size - took) {
			return nil, took, busy
		}
		took = size
		data = append(make([]byte, 0, size), data...)
		for len(data) < cap(data) {
			n, err := from.Read(data[len(data):cap(data)])
			data = data[:len(data)+n]
			if errors.Is(err, io.EOF) && len(data) <= MaxBodyBytes {
				return data, took, ""
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, took, incomplete
			}
		}
		if size > MaxBodyBytes {
			return nil, took, tooLarge
		}
	}
}
