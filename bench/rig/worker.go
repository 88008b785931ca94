package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"waybill/internal/gcroom"
)

// WorkerCommand is the hidden command by which the binary starts itself again
// as a process that is measured.
const WorkerCommand = "measured-worker"

// Measured is what runs in a measured process.
type Measured interface {
	// Prepare returns when it waits for work, with what it has to tell its
	// parent, nil for nothing.
	Prepare(ctx context.Context) (any, error)
	// Over is closed when it has ended, asked or not.
	Over() <-chan struct{}
	// Stop ends it in order and returns what went wrong since Prepare.
	Stop() error
}

// Teller is a Measured that has something to tell at its end, too.
type Teller interface {
	// Tell is called once, before Stop.
	Tell() (any, error)
}

// Kinds are what a measured process can be asked to be, by name.
type Kinds map[string]func(body json.RawMessage) (Measured, error)

// Kind makes an entry of Kinds from a function that takes its order.
func Kind[O any](from func(*O) (Measured, error)) func(json.RawMessage) (Measured, error) {
	return func(body json.RawMessage) (Measured, error) {
		var order O
		if err := json.Unmarshal(body, &order); err != nil {
			return nil, fmt.Errorf("reading the order: %w", err)
		}
		return from(&order)
	}
}

// order is what a measured process is told: the first line of its standard
// input.
type order struct {
	Kind    string          `json:"kind"`
	Profile string          `json:"profile,omitempty"` // folder for profiles
	Body    json.RawMessage `json:"body"`
}

// The words that follow the order, each a line. A process that reads neither
// but the end of its input has lost its parent, and ends.
const (
	wordBegin = "begin" // work is about to be let loose: measure from here
	wordEnd   = "end"   // everything is handled: measure to here, and stop
)

// answer is a line that a measured process writes: one when it is ready for
// work, one when it measures, one at the end.
type answer struct {
	Said json.RawMessage `json:"said,omitempty"` // when ready: what Prepare returned; at the end: what Tell did
	Used Usage           `json:"used"`           // at the end: between the two words
	Err  string          `json:"err,omitempty"`  // why it cannot go on
}

// Serve is the measured process. It returns its exit code.
func Serve(kinds Kinds, in io.Reader, out io.Writer) int {
	answers := json.NewEncoder(out)
	if err := serve(kinds, json.NewDecoder(in), answers); err != nil {
		_ = answers.Encode(answer{Err: err.Error()}) //nolint:errchkjson // a parent that is gone needs no answer
		return 1
	}
	return 0
}

func serve(kinds Kinds, in *json.Decoder, out *json.Encoder) error {
	var o order
	if err := in.Decode(&o); err != nil {
		return fmt.Errorf("reading the order: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	words := listen(in, cancel)
	kind, known := kinds[o.Kind]
	if !known {
		return fmt.Errorf("reading the order: there is no kind %q", o.Kind)
	}
	defer gcroom.Keep(gcroom.Default)() // as waybill does, and what stands beside it too
	m, err := kind(o.Body)
	if err != nil {
		return err
	}
	said, err := m.Prepare(ctx)
	if err != nil {
		return err // the process ends, and with it what was begun
	}
	w := &watch{words: words, answers: out, over: m.Over()}
	used, err := w.measure(o.Profile, said)
	told, cause := last(m)
	if err = errors.Join(err, cause, m.Stop()); err != nil {
		return err
	}
	return out.Encode(answer{Said: told, Used: used})
}

// last is what a process has to tell at its end; nothing if it is no Teller.
func last(m Measured) (json.RawMessage, error) {
	t, tells := m.(Teller)
	if !tells {
		return nil, nil
	}
	told, err := t.Tell()
	if err != nil {
		return nil, err
	}
	return written(told)
}

// written makes an answer of what a process says.
func written(said any) (json.RawMessage, error) {
	text, err := json.Marshal(said)
	if err != nil {
		return nil, fmt.Errorf("writing what a measured process says: %w", err)
	}
	return text, nil
}

// watch is how a measured process follows its parent.
type watch struct {
	words   <-chan string
	answers *json.Encoder
	over    <-chan struct{} // there is nothing left to measure
}

// measure says that the process is ready, and measures between the two words.
func (w *watch) measure(profile string, said any) (Usage, error) {
	body, err := written(said)
	if err != nil {
		return Usage{}, err
	}
	if err := w.answers.Encode(answer{Said: body}); err != nil {
		return Usage{}, err
	}
	if err := w.await(wordBegin); err != nil {
		return Usage{}, err
	}
	stop, err := startProfile(profile)
	if err != nil {
		return Usage{}, err
	}
	before, err := OwnUsage()
	if err == nil {
		err = w.answers.Encode(answer{})
	}
	if err == nil {
		err = w.await(wordEnd)
	}
	after, cause := OwnUsage()
	return after.since(before), errors.Join(err, cause, stop())
}

func (w *watch) await(wanted string) error {
	select {
	case <-w.over:
		return fmt.Errorf("waiting for the word %q: what is measured has ended", wanted)
	case word := <-w.words:
		if word != wanted {
			return fmt.Errorf("waiting for the word %q: %q came", wanted, word)
		}
	}
	return nil
}

// listen hands over words. When the input ends, which is when the parent does,
// it cancels and closes.
func listen(in *json.Decoder, cancel func()) <-chan string {
	words := make(chan string)
	go func() {
		defer cancel()
		defer close(words)
		for {
			var word string
			if err := in.Decode(&word); err != nil {
				return
			}
			words <- word
		}
	}()
	return words
}
