package stream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/pipeline/stream/layout"
)

// What a process stands on may change beneath it: topics are deleted, made
// anew under the same name, or grown. The client then fails again and again,
// or does not notice at all. So each process looks at its topics at its start,
// before each session, and every now and then, and ends when they are not what
// they were. Only the dead letters, which nothing is read from, may come and
// go as they like.

// errGone is about topics that are missing. The broker that was asked may be
// behind, so it is believed when it has been said again.
var errGone = errors.New("deleted, or not known to the broker that was asked")

// checkGroup refuses to start on topics with another number of partitions
// than the group has worked with. It looks at all partitions: one that is new
// has no offsets of its own that would tell.
func (r *Runtime) checkGroup(ctx context.Context) error {
	// Offsets that wait for the end of a transaction are not waited for: what
	// was committed before tells as much.
	fetched, err := kadm.NewClient(r.asking).FetchOffsets(ctx, r.cfg.group())
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return fmt.Errorf("reading the committed offsets of group %s: %w", r.cfg.group(), err)
	}
	topics := r.top.layout(&r.cfg)
	for _, name := range topics.Inputs {
		for partition, c := range fetched[topics.Prefix+name] {
			note, _, err := layout.ParseNote(c.Metadata)
			if err == nil {
				err = topics.Counted(note.Partitions)
			}
			if err != nil {
				return stopError{fmt.Errorf("looking at the committed offset of %s/%d: %w", topics.Prefix+name, partition, err)}
			}
		}
	}
	return nil
}

// firm tells whether the topics are those that this process started with.
func (r *Runtime) firm(ctx context.Context) error {
	now, err := look(ctx, &r.cfg, r.asking)
	if err != nil {
		return err
	}
	return r.top.changed(&r.cfg, now)
}

// changed refuses topics that are not what they were.
func (top *topology) changed(cfg *Config, now *topology) error {
	counted := append(cfg.inputs(), cfg.Changelog)
	names := counted
	for _, b := range cfg.Broadcasts {
		names = append(names, b.Topic)
	}
	var gone []string
	for i, name := range names {
		id, there := now.ids[name]
		switch {
		case !there:
			gone = append(gone, cfg.Prefix+name)
		case id != top.ids[name]:
			return stopError{fmt.Errorf("topic %s was deleted and made anew while this process ran. Start it again: it then goes on, or says what must be decided first", cfg.Prefix+name)}
		case now.counts[name] != top.counts[name] && i < len(counted):
			grown := top.layout(cfg)
			grown.Partitions = now.counts[name]
			return stopError{fmt.Errorf("topic %s was grown while this process ran: %w", cfg.Prefix+name, grown.Counted(top.partitions))}
		case now.counts[name] != top.counts[name]:
			return stopError{fmt.Errorf("broadcast topic %s was grown from %d to %d partitions while this process ran. Start it again: it then reads all of them", cfg.Prefix+name, top.counts[name], now.counts[name])}
		}
	}
	if len(gone) > 0 {
		return fmt.Errorf("looking at topics %s: %w", strings.Join(gone, ", "), errGone)
	}
	return nil
}

// standFirm looks at the topics every now and then until the context ends.
func (r *Runtime) standFirm(ctx context.Context) error {
	tick := time.NewTicker(r.cfg.SessionTimeout / 4)
	defer tick.Stop()
	for gone := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := r.firm(ctx)
		if stops(err) {
			return err
		}
		if gone && errors.Is(err, errGone) {
			return stopError{fmt.Errorf("%w. Make them anew, and start again: it then says what must be decided first", err)}
		}
		gone = errors.Is(err, errGone)
	}
}
