package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

Bodies may be in any dialect: type, status and number are shown in its words.
One in a form that is not known is shown as it is.

Example:

    waybill endpoints add http://127.0.0.1:8099/ --skip-test
    WAYBILL_LISTEN_SECRETS=whsec_... waybill listen --bodies`
}

// Run receives webhooks until it is told to stop, and prints each.
func (c *listenCmd) Run(ctx context.Context) error {
	printer := &callPrinter{out: os.Stdout, bodies: c.Bodies, json: c.json()}
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
	out          io.Writer
	bodies, json bool
	mu           sync.Mutex
}

func (p *callPrinter) print(c listener.Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if p.json {
		err = p.printJSON(&c)
	} else {
		err = p.printText(&c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "waybill: printing a webhook:", err)
	}
}

// whole tells whether a call's body is to be printed: also one in a form that is
// not known, of which there is nothing else to show.
func (p *callPrinter) whole(c *listener.Call) bool { return c.Err == nil && (p.bodies || c.Type == "") }

func (p *callPrinter) printJSON(c *listener.Call) error {
	line := struct {
		ID             string `json:"id"`
		Type           string `json:"type"`
		TrackingNumber string `json:"tracking_number"`
		Status         string `json:"status"`
		Sequence       int64  `json:"sequence"`
		Again          bool   `json:"again"`
		Refused        string `json:"refused,omitempty"`
		Body           any    `json:"body,omitempty"`
	}{ID: c.ID, Type: c.Type, TrackingNumber: c.TrackingNumber, Status: c.Status, Sequence: c.Sequence, Again: c.Again}
	switch {
	case c.Err != nil:
		line.Refused = c.Err.Error()
	case p.whole(c) && json.Valid(c.Body):
		line.Body = json.RawMessage(c.Body)
	case p.whole(c):
		line.Body = string(c.Body)
	}
	return json.NewEncoder(p.out).Encode(line)
}

func (p *callPrinter) printText(c *listener.Call) error {
	now := time.Now().Format(time.TimeOnly)
	if c.Err != nil {
		_, err := fmt.Fprintf(p.out, "%s  REFUSED  %v\n", now, c.Err)
		return err
	}
	verdict, sequence := "verified", "-"
	if c.Again {
		verdict = "again"
	}
	if c.Sequence > 0 {
		sequence = fmt.Sprintf("#%d", c.Sequence)
	}
	_, err := fmt.Fprintf(p.out, "%s  %-8s %-28s %-4s %-18s %s  %s\n", now, verdict,
		cmp.Or(c.Type, "unknown form"), sequence, cmp.Or(c.Status, "-"), cmp.Or(c.TrackingNumber, "-"), c.ID)
	if err == nil && p.whole(c) {
		_, err = fmt.Fprintln(p.out, string(c.Body))
	}
	return err
}
