package soak

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// sample is what is known at one moment.
type sample struct {
	at       time.Duration
	memory   int64   // resident in the process with the roles, bytes
	p50, p99 float64 // from a delivery sent to its webhook, in ms, since the sample before
	count    int     // of such webhooks
	state    int64   // bytes on disk: of the roles, of the broker, of ClickHouse
	log      int64
	tables   int64
}

// watch takes samples until ctx ends. While a fault is done the process may not
// be there: then it waits.
func (b *bench) watch(ctx context.Context, p *plant, began time.Time) error {
	for rig.Pause(ctx, b.Every) {
		b.mu.Lock()
		s := sample{at: time.Since(began), memory: p.process.Resident()}
		dead := p.process.Alive().Err() != nil
		cause := context.Cause(p.process.Alive())
		b.mu.Unlock()
		if dead {
			return fmt.Errorf("sampling: the process ended: %w", cause)
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

// calm are the samples of the last half, without those in which a fault was
// still at work, of what a figure was.
func (b *bench) calm(figure func(sample) float64) (points []report.Point) {
	half := b.For / 2
	for _, s := range b.samples {
		if s.at < half || s.count == 0 || b.troubled(s.at) {
			continue
		}
		points = append(points, report.Point{X: s.at.Seconds(), Y: figure(s)})
	}
	return points
}

// troubled tells that a sample saw a fault: it happened less than two samples
// and the time of a hang before.
func (b *bench) troubled(at time.Duration) bool {
	for _, h := range b.happened {
		if h.at <= at && at-h.at < 2*b.Every+hangFor {
			return true
		}
	}
	return false
}
