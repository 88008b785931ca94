// Command go receives Waybill's webhooks: verify, store, answer. Then work on
// them.
//
//	WEBHOOK_SECRET=whsec_... go run .
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const maxBody = 1 << 20

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	verifier, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
	if err != nil {
		return fmt.Errorf("reading WEBHOOK_SECRET: %w", err)
	}
	s, err := open(or(os.Getenv("STORE"), "webhooks.ndjson"))
	if err != nil {
		return err
	}
	var config net.ListenConfig
	socket, err := config.Listen(context.Background(), "tcp", "127.0.0.1:"+or(os.Getenv("PORT"), "8099"))
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s/\n", socket.Addr())
	server := &http.Server{Handler: receive(verifier, s), ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(socket)
}

func receive(verifier *standardwebhooks.Webhook, s *store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)) // the bytes as they came
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusRequestEntityTooLarge)
			return
		}
		if err := verifier.Verify(body, r.Header); err != nil {
			http.Error(w, "the signature is wrong", http.StatusUnauthorized)
			return
		}
		if err := s.put(r.Header.Get(standardwebhooks.HeaderWebhookID), body); err != nil {
			log.Print(err)
			http.Error(w, "it cannot be stored now", http.StatusServiceUnavailable) // it comes again
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// store keeps a line for each webhook. In earnest: a table with a unique key
// on the id.
type store struct {
	mu   sync.Mutex
	file *os.File
	seen map[string]bool
}

type line struct {
	ID   string `json:"id"`
	Body string `json:"body"`
}

func open(path string) (*store, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	s := &store{file: file, seen: map[string]bool{}}
	for d := json.NewDecoder(bufio.NewReader(file)); ; {
		var l line
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return s, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		s.seen[l.ID] = true
	}
}

func (s *store) put(id string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[id] {
		return nil // it comes again: it is stored already
	}
	text, err := json.Marshal(line{id, string(body)})
	if err == nil {
		_, err = s.file.Write(append(text, '\n'))
	}
	if err == nil {
		err = s.file.Sync()
	}
	s.seen[id] = err == nil
	return err
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
