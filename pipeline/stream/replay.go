package stream

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/pipeline/stream/store"
)

const (
	// restoreWait is how long one read of the changelog waits for records
	// that are not committed yet.
	restoreWait = 200 * time.Millisecond
	// restoreReport is how often a restore that goes on says how far it is.
	restoreReport = 10 * time.Second
	// restoreAhead is how many fetches of a restore are in memory: one is
	// applied, one waits, one is under way.
	restoreAhead = 3
)

// portion is one fetch of a changelog, ready to be written to the store.
type portion struct {
	changes []store.Change
	bytes   int64
	next    int64 // offset of what follows
	err     error
}

// replay reads the changelog from the store's mark to its end. A store whose
// mark does not fit the log is wiped first. It returns how many records it read.
func (r *restorer) replay(ctx context.Context, client *kgo.Client, partition int32, s store.Store, b bounds) (records int64, err error) {
	began, end := r.cfg.now(), b.end[r.cfg.Changelog]
	mark, err := r.log.fit(partition, s, b.start[r.cfg.Changelog], end)
	if err != nil {
		return 0, err
	}
	p := RestoreProgress{Partition: partition, Remaining: end - mark.Offset, Began: began}
	r.metrics.board.restoring(p)
	if p.Remaining > 0 {
		r.cfg.Logger.Info("restoring a task", "app", r.cfg.App, "partition", partition, "from", mark.Offset, "to", end)
	}
	reading, cancel := context.WithCancel(ctx)
	portions := r.ahead(reading, client, partition, mark.Offset, end)
	defer func() { // the client is another's then
		cancel()
		for range portions {
		}
	}()
	reported := began
	for part := range portions {
		if part.err != nil {
			return 0, part.err
		}
		mark.Offset = part.next
		p.Records, p.Bytes, p.Remaining = p.Records+int64(len(part.changes)), p.Bytes+part.bytes, max(0, end-part.next)
		if _, err := write(s, store.Batch{Changes: part.changes, Mark: mark}, p.Remaining); err != nil {
			return 0, err
		}
		r.metrics.restored.Add(float64(len(part.changes)))
		r.metrics.board.restoring(p)
		if now := r.cfg.now(); now.Sub(reported) >= restoreReport {
			reported = now
			r.report("still restoring a task", p)
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, context.Cause(ctx)
	}
	mark.At = began
	if err := apply(s, store.Batch{Mark: mark}); err != nil {
		return 0, err
	}
	if p.Records > 0 {
		r.report("a task is restored", p)
	}
	return p.Records, nil
}

func (r *restorer) report(what string, p RestoreProgress) {
	r.cfg.Logger.Info(what, "app", r.cfg.App, "partition", p.Partition, "records", p.Records, "bytes", p.Bytes,
		"remaining", p.Remaining, "seconds", r.cfg.now().Sub(p.Began).Seconds())
}

// ahead fetches while what was fetched before is written. It ends at the end,
// after an error, and when the context does.
func (r *restorer) ahead(ctx context.Context, client *kgo.Client, partition int32, from, end int64) <-chan portion {
	reader := topiclog.New(client, r.log.topic, r.log.id, map[int32]int64{partition: from})
	reader.MaxBytes = max(1, r.cfg.MaxRestoreBytes/int32(restoreAhead*r.cfg.MaxRestores))
	out := make(chan portion)
	go func() {
		defer close(out)
		for reader.Position[partition] < end {
			records, err := reader.Fetch(ctx, restoreWait)
			part := portion{err: err}
			if err == nil {
				part.changes, part.bytes, part.err = changesOf(records)
				part.next = reader.Position[partition]
			}
			select {
			case out <- part:
			case <-ctx.Done():
				return
			}
			if part.err != nil {
				return
			}
		}
	}()
	return out
}
