package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"waybill/sinks/webhook/listener"
)

type listenCmd struct {
	formatFlag
	Secrets []string `help:"Signing secrets of the endpoints that lead here; better by environment." env:"WAYBILL_LISTEN_SECRETS" required:"" name:"secret" placeholder:"whsec_..." secret:""`
	Addr    string   `help:"Address to listen on." default:"127.0.0.1:8099"`
	Bodies  bool     `help:"Print whole bodies."`
}

func (*listenCmd) Help() string {
	return `Answers 204 to what it can verify and 401 to what it cannot. It works until it gets SIGINT or SIGTERM, then counts what
came, and what is missing in the sequences. With --format json each is a line.

Example:

    waybill endpoints add http://127.0.0.1:8099/ --skip-test
    WAYBILL_LISTEN_SECRETS=whsec_... waybill listen --bodies`
}

// Run receives webhooks until it is told to stop, and prints each.
func (c *listenCmd) Run(ctx context.Context) error {
	printer := &callPrinter{bodies: c.Bodies, json: c.json()}
	l, err := listener.New(listener.Options{Secrets: c.Secrets, OnCall: printer.print})
	if err != nil {
		return wrongUseError{err}
	}
	var config net.ListenConfig
	socket, err := config.Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listening for webhooks: %w; choose another address with --addr", err)
	}
	if !c.json() {
		fmt.Printf("listening on http://%s\n", socket.Addr())
	}
	server := &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("receiving webhooks: %w", err)
	}
	s := l.Snapshot()
	if c.json() {
		return json.NewEncoder(os.Stdout).Encode(map[string]int{
			"received": s.Received, "verified": s.Verified, "refused": s.Refused, "webhooks": s.Webhooks, "missing": s.Missing,
		})
	}
	_, err = fmt.Printf("\n%d calls, %d verified, %d refused; %d different webhooks, %d missing in their sequences\n",
		s.Received, s.Verified, s.Refused, s.Webhooks, s.Missing)
	return err
}

// callPrinter prints received calls one after another.
type callPrinter struct {
	bodies, json bool
	mu           sync.Mutex
}

func (p *callPrinter) print(c listener.Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json {
		line := struct {
			ID       string          `json:"id"`
			Type     string          `json:"type"`
			Sequence int64           `json:"sequence"`
			Again    bool            `json:"again"`
			Refused  string          `json:"refused,omitempty"`
			Body     json.RawMessage `json:"body,omitempty"`
		}{ID: c.ID, Type: c.Type, Sequence: c.Sequence, Again: c.Again}
		if c.Err != nil {
			line.Refused = c.Err.Error()
		} else if p.bodies {
			line.Body = c.Body
		}
		if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
			fmt.Fprintln(os.Stderr, "waybill: printing a webhook:", err)
		}
		return
	}
	switch {
	case c.Err != nil:
		fmt.Printf("%s  REFUSED  %v\n", time.Now().Format(time.TimeOnly), c.Err)
	case c.Again:
		fmt.Printf("%s  again    %-28s #%d  %s\n", time.Now().Format(time.TimeOnly), c.Type, c.Sequence, c.ID)
	default:
		fmt.Printf("%s  verified %-28s #%d  %s\n", time.Now().Format(time.TimeOnly), c.Type, c.Sequence, c.ID)
	}
	if p.bodies && c.Err == nil {
		fmt.Println(string(c.Body))
	}
}
