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
	began   time.Time
	printed time.Time
}

// plainEvery is how often a line is printed where there is no terminal.
const plainEvery = 5 * time.Second

func newProgress(what string) *progressBar {
	now := time.Now()
	b := &progressBar{what: what, began: now, printed: now}
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
			fmt.Fprintln(os.Stderr, progressLine(b.what, done, total, time.Since(b.began)))
		}
		return
	}
	b.tracker.UpdateTotal(int64(total))
	b.tracker.SetValue(int64(done))
}

// progressLine says in a line how far work is: its share, its rate, and the
// time that is left at that rate.
func progressLine(what string, done, total int, took time.Duration) string {
	line := fmt.Sprintf("%s %d of %d", what, done, total)
	if done <= 0 || total < done || took <= 0 {
		return line
	}
	rate := float64(done) / took.Seconds()
	left := time.Duration(float64(total-done) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%s, %d%%, %.0f/s, %s left", line, 100*done/total, rate, left)
}

// end ends the bar: the work is done, or failed.
func (b *progressBar) end(err error) {
	if b.writer == nil {
		return
	}
	if err == nil {
		b.tracker.MarkAsDone()
	} else {
		b.tracker.MarkAsErrored()
	}
	b.writer.Stop()
}
