package main

import (
	"fmt"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// progressBar shows long work on a terminal: rate, share, time left. Elsewhere
// it prints a line now and then.
type progressBar struct {
	what    string
	writer  progress.Writer
	tracker *progress.Tracker
	printed time.Time
}

// plainEvery is how often a line is printed where there is no terminal.
const plainEvery = 5 * time.Second

func newProgress(what string) *progressBar {
	b := &progressBar{what: what, printed: time.Now()}
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return b
	}
	b.writer = progress.NewWriter()
	b.writer.SetOutputWriter(os.Stderr)
	b.writer.SetAutoStop(true)
	b.writer.Style().Visibility.ETA = true
	b.writer.Style().Visibility.Speed = true
	b.tracker = &progress.Tracker{Message: what}
	b.writer.AppendTracker(b.tracker)
	go b.writer.Render()
	return b
}

// newByteProgress is newProgress for work that is counted in bytes.
func newByteProgress(what string) *progressBar {
	b := newProgress(what)
	if b.tracker != nil {
		b.tracker.Units = progress.UnitsBytes
	}
	return b
}

// update says how far the work is.
func (b *progressBar) update(done, total int) {
	if b.writer == nil {
		if time.Since(b.printed) >= plainEvery {
			b.printed = time.Now()
			fmt.Fprintf(os.Stderr, "%s %d of %d\n", b.what, done, total)
		}
		return
	}
	b.tracker.UpdateTotal(int64(total))
	b.tracker.SetValue(int64(done))
}

// done ends the bar.
func (b *progressBar) done() {
	if b.writer == nil {
		return
	}
	b.tracker.MarkAsDone()
	b.writer.Stop()
}
