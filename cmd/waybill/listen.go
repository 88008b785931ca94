package main

import (
	"bytes"
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
	Pretty  bool     `help:"Print whole bodies, indented."`

	Status     int           `help:"Answer verified calls with this status in place of 204, for example 500, 410 or 429." group:"Faults" placeholder:"STATUS"`
	RetryAfter time.Duration `help:"Say along with --status after which time to try again." group:"Faults" placeholder:"TIME"`
	Delay      time.Duration `help:"Wait so long before every answer." group:"Faults" placeholder:"TIME"`
	Hang       bool          `help:"Give no answer until the caller gives up." group:"Faults"`
	Drip       bool          `help:"Answer 200, and then a byte a second that never ends." group:"Faults"`
	Reset      bool          `help:"Close the connection without an answer." group:"Faults"`
	First      int           `help:"Only the first so many calls meet the fault. 0: all." group:"Faults" default:"0"`
	Every      int           `help:"Only every so many-th call meets it: 3 is every third. 0: all." group:"Faults" default:"0"`
}

func (*listenCmd) Help() string {
	return `Answers 204 to what it can verify and 401 to what it cannot. It works until it gets SIGINT or SIGTERM, then counts what
came, and what is missing in the sequences. With --format json each is a line.

To see what Waybill makes of a receiver that fails, choose a fault. What is
answered with one is not counted as taken, so that it is no repeat when it
comes again.

Bodies may be in any dialect: type, status and number are shown in its words.
One in a form that is not known is shown as it is.

Examples:

    waybill endpoints add http://127.0.0.1:8099/ --skip-test
    WAYBILL_LISTEN_SECRETS=whsec_... waybill listen --pretty
    WAYBILL_LISTEN_SECRETS=whsec_... waybill listen --status 503 --retry-after 30s --first 5
    WAYBILL_LISTEN_SECRETS=whsec_... waybill listen --hang --every 3`
}

// Run receives webhooks until it is told to stop, and prints each.
func (c *listenCmd) Run(ctx context.Context) error {
	printer := &callPrinter{out: os.Stdout, bodies: c.Bodies || c.Pretty, pretty: c.Pretty, json: c.json()}
	l, err := listener.New(listener.Options{Secrets: c.Secrets, OnCall: printer.print, Faults: listener.Faults{
		Status: c.Status, RetryAfter: c.RetryAfter, Delay: c.Delay, Hang: c.Hang, Drip: c.Drip, Reset: c.Reset, First: c.First, Every: c.Every,
	}})
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
	return c.count(l.Snapshot())
}

// count prints what came, at the end.
func (c *listenCmd) count(s listener.Snapshot) error {
	if c.json() {
		return json.NewEncoder(os.Stdout).Encode(map[string]int{
			"received": s.Received, "verified": s.Verified, "refused": s.Refused, "failed": s.Failed, "webhooks": s.Webhooks,
			"repeated": s.Repeated, "out_of_order": s.OutOfOrder, "missing": s.Missing,
		})
	}
	_, err := fmt.Printf("\n%d calls, %d verified, %d refused, %d failed on purpose; %d different webhooks, %d came again, %d out of order, %d missing in their sequences\n",
		s.Received, s.Verified, s.Refused, s.Failed, s.Webhooks, s.Repeated, s.OutOfOrder, s.Missing)
	return err
}

// callPrinter prints received calls one after another.
type callPrinter struct {
	out                  io.Writer
	bodies, pretty, json bool
	mu                   sync.Mutex
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
		Answered       int    `json:"answered"` // 0: not at all
		Refused        string `json:"refused,omitempty"`
		Body           any    `json:"body,omitempty"`
	}{ID: c.ID, Type: c.Type, TrackingNumber: c.TrackingNumber, Status: c.Status, Sequence: c.Sequence, Again: c.Again, Answered: c.Answered}
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
	switch {
	case c.Failed && c.Answered == 0:
		verdict = "silent"
	case c.Failed:
		verdict = fmt.Sprintf("said %d", c.Answered)
	case c.Again:
		verdict = "again"
	}
	if c.Sequence > 0 {
		sequence = fmt.Sprintf("#%d", c.Sequence)
	}
	_, err := fmt.Fprintf(p.out, "%s  %-8s %-28s %-4s %-18s %s  %s\n", now, verdict,
		cmp.Or(c.Type, "unknown form"), sequence, cmp.Or(c.Status, "-"), cmp.Or(c.TrackingNumber, "-"), c.ID)
	if err == nil && p.whole(c) {
		_, err = fmt.Fprintln(p.out, p.body(c))
	}
	return err
}

// body is a body as it came, or indented if that is asked for and can be had.
func (p *callPrinter) body(c *listener.Call) string {
	var indented bytes.Buffer
	if !p.pretty || json.Indent(&indented, c.Body, "", "  ") != nil {
		return string(c.Body)
	}
	return indented.String()
}
