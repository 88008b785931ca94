package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// order is what a measured process is told: the first line of its standard
// input.
type order struct {
	Brokers []string      `json:"brokers"`
	Hold    time.Duration `json:"hold"`              // of tracking
	Profile string        `json:"profile,omitempty"` // folder for profiles
	Limit   *limitOrder   `json:"limit,omitempty"`   // the limit is measured, not tracking
}

// The words that follow the order, each a line. A process that reads neither
// but the end of its input has lost its parent, and ends.
const (
	wordBegin = "begin" // work is about to be let loose: measure from here
	wordEnd   = "end"   // everything is handled: measure to here, and stop
)

// report is a line that a measured process writes: one when it is ready for
// work, one when it measures, one at the end.
type report struct {
	Wrote tallies `json:"wrote,omitempty"` // when ready, of the limit: what it is going to write
	Used  usage   `json:"used"`            // at the end: between the two words
	Err   string  `json:"err,omitempty"`   // why it cannot go on
}

// measured is what runs in a measured process.
type measured interface {
	// prepare returns when it is a member of its group and waits for work.
	prepare(ctx context.Context) (tallies, error)
	// over is closed when it has ended, asked or not.
	over() <-chan struct{}
	// stop ends it in order and returns what went wrong since prepare.
	stop() error
}

// runWorker is the measured process. It returns its exit code.
func runWorker(in io.Reader, out io.Writer) int {
	answers := json.NewEncoder(out)
	if err := serve(json.NewDecoder(in), answers); err != nil {
		_ = answers.Encode(report{Err: err.Error()}) //nolint:errchkjson // a parent that is gone needs no answer
		return 1
	}
	return 0
}

func serve(in *json.Decoder, out *json.Encoder) error {
	var o order
	if err := in.Decode(&o); err != nil {
		return fmt.Errorf("reading the order: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	words := listen(in, cancel)
	m, err := o.measured()
	if err != nil {
		return err
	}
	wrote, err := m.prepare(ctx)
	if err != nil {
		return err // the process ends, and with it what was begun
	}
	w := &watch{words: words, reports: out, over: m.over()}
	used, err := w.measure(o.Profile, wrote)
	if err = errors.Join(err, m.stop()); err != nil {
		return err
	}
	return out.Encode(report{Used: used})
}

// watch is how a measured process follows its parent.
type watch struct {
	words   <-chan string
	reports *json.Encoder
	over    <-chan struct{} // there is nothing left to measure
}

// measure says that the process is ready, and measures between the two words.
func (w *watch) measure(profile string, wrote tallies) (usage, error) {
	if err := w.reports.Encode(report{Wrote: wrote}); err != nil {
		return usage{}, err
	}
	if err := w.await(wordBegin); err != nil {
		return usage{}, err
	}
	stop, err := startProfile(profile)
	if err != nil {
		return usage{}, err
	}
	before, err := ownUsage()
	if err == nil {
		err = w.reports.Encode(report{})
	}
	if err == nil {
		err = w.await(wordEnd)
	}
	after, cause := ownUsage()
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

func (o *order) measured() (measured, error) {
	if o.Limit != nil {
		return newLimit(o.Brokers, o.Limit), nil
	}
	return newTracking(o.Brokers, o.Hold)
}
