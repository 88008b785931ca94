package soak

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// sample is what is known at one moment.
type sample struct {
	at       time.Duration
	memory   [2]int64 // resident in the processes, bytes
	p50, p99 float64  // from a delivery sent to its webhook, in ms, since the sample before
	count    int      // of such webhooks
	state    int64    // bytes on disk: of the roles, of the broker, of ClickHouse
	log      int64
	tables   int64
}

// watch takes samples until ctx ends. While a fault is done a process may not be
// there: then it waits.
func (b *bench) watch(ctx context.Context, p *plant, began time.Time) error {
	for rig.Pause(ctx, b.Every) {
		b.mu.Lock()
		s := sample{at: time.Since(began)}
		var dead error
		for i, process := range p.processes {
			s.memory[i] = process.Resident()
			dead = errors.Join(dead, context.Cause(process.Alive()))
		}
		b.mu.Unlock()
		if dead != nil {
			return fmt.Errorf("sampling: a process ended: %w", dead)
		}
		delays := p.receiver.sample()
		if s.count = len(delays); s.count > 0 {
			s.p50, s.p99 = report.Quantile(delays, 0.5), report.Quantile(delays, 0.99)
		}
		for name, into := range map[string]*int64{"state": &s.state, "kafka": &s.log, "clickhouse": &s.tables} {
			size, err := folderSize(p.path(name))
			if err != nil {
				return err
			}
			*into = size
		}
		b.samples = append(b.samples, s)
	}
	return nil
}

// folderSize sums the files of a folder whose owner adds and removes some
// meanwhile.
func folderSize(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var info fs.FileInfo
			if info, err = entry.Info(); err == nil {
				sum += info.Size()
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measuring %s: %w", dir, err)
	}
	return sum, nil
}

// calm are the samples of the last half, without those that come in the first
// half of the time after a fault, of what a figure was. Its phases are the
// samples at the same distance from a fault of the same kind: what faults do to
// the figure, again and again, is no growth.
func (b *bench) calm(figure func(sample) float64) (points []report.Point, phase []int) {
	for _, s := range b.samples {
		last := sort.Search(len(b.happened), func(i int) bool { return b.happened[i].at > s.at }) - 1
		if s.at < b.For/2 || s.count == 0 || last < 0 {
			continue
		}
		since := s.at - b.happened[last].at
		if since < b.FaultEvery/2 {
			continue
		}
		points = append(points, report.Point{X: s.at.Seconds(), Y: figure(s)})
		kinds := len(faults())
		phase = append(phase, int(since/b.Every)*kinds+last%kinds)
	}
	return points, phase
}
