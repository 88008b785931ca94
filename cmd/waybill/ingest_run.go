package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"waybill/connectors/dialects"
	"waybill/connectors/replay"
)

// markEvery is how often is kept how far the files were published: so much is
// sent twice, and dropped as duplicates, when a run is killed.
const markEvery = time.Second

// maxNamed is how many refusals are named; all are counted.
const maxNamed = 1000

// ingestRun is one run of ingest.
type ingestRun struct {
	*ingestCmd
	*globals

	options   replay.LoadOptions
	refused   *os.File // nil: refused payloads are not kept
	counts    replay.Counts
	earlier   int // of the rows, how many an earlier run has published
	published int
	refusals  []replay.Refusal
	tickAt    time.Time
}

// take counts a row and names what of it was refused.
func (r *ingestRun) take(row *replay.Row) error {
	r.counts.Add(row)
	for _, refusal := range row.Refused {
		if len(r.refusals) == maxNamed {
			break
		}
		r.refusals = append(r.refusals, refusal)
		if !r.json() {
			fmt.Fprintln(os.Stderr, "refused:", refusal)
		}
	}
	if r.refused == nil || len(row.Refused) == 0 {
		return nil
	}
	if err := json.NewEncoder(r.refused).Encode(map[string]any{"refused": row.Refused, "text": string(row.Text)}); err != nil {
		return fmt.Errorf("keeping what is refused: %w", err)
	}
	return nil
}

// batch publishes all records in order of arrival, as a replay does.
func (r *ingestRun) batch(ctx context.Context) error {
	batch := &replay.Batch{}
	err := replay.Read(r.options, func(row *replay.Row) error {
		batch.Records = append(batch.Records, row.Records...)
		return r.take(row)
	}, replay.Files(r.Files, os.Stdin)...)
	if err != nil || r.DryRun {
		return err
	}
	replay.Order(batch.Records)
	sent, err := publish(ctx, r.globals, r.options.Codecs, batch.Records)
	r.published = sent.Registrations + sent.Events
	if sent.Ticks > 0 {
		r.tickAt = sent.TickAt
	}
	return err
}

// stream publishes rows as they are read.
func (r *ingestRun) stream(ctx context.Context) (err error) {
	mark, err := r.mark()
	if err != nil {
		return err
	}
	r.earlier, r.counts = mark.Counts.Rows, mark.Counts
	r.counts.Failures = maps.Clone(mark.Counts.Failures)
	if mark.Done { // there is nothing left to do
		r.published = mark.Counts.Registrations + mark.Counts.Events
		return nil
	}
	inputs, bar := r.watch(replay.Files(r.Files, os.Stdin))
	defer func() { bar.end(err) }()
	if r.DryRun {
		return replay.Read(r.options, r.take, inputs...)
	}
	client, err := openKafka(ctx, r.globals) // tells at once when nobody is there
	if err != nil {
		return err
	}
	client.Close()
	sender, err := replay.NewSender(ctx, replay.PublishConfig{
		Kafka: kafkaOptions(r.settings, r.log), Codecs: r.options.Codecs, Prefix: r.settings.Kafka.Prefix, WallClock: true, NoTick: true,
	}, mark.Counts)
	if err != nil {
		return wayOut(err)
	}
	err = r.send(sender, mark, inputs)
	err = errors.Join(err, wayOut(sender.Close()))
	done := sender.Acknowledged()
	r.published = done.Registrations + done.Events
	mark.Done = err == nil
	return errors.Join(err, r.keep(mark, done))
}

// send sends the rows that an earlier run has not.
func (r *ingestRun) send(sender *replay.Sender, mark *replay.Mark, inputs []replay.Input) error {
	pass, kept := r.earlier, time.Now()
	return replay.Read(r.options, func(row *replay.Row) error {
		if pass > 0 {
			pass--
			return nil
		}
		if err := r.take(row); err != nil {
			return err
		}
		if err := sender.Send(row); err != nil {
			return wayOut(err)
		}
		if time.Since(kept) < markEvery {
			return nil
		}
		kept = time.Now()
		return r.keep(mark, sender.Acknowledged())
	}, inputs...)
}

// mark reads how far an earlier run came.
func (r *ingestRun) mark() (*replay.Mark, error) {
	if r.Resume == "" {
		return &replay.Mark{}, nil
	}
	mark, err := replay.ReadMark(r.Resume, r.Files)
	if err != nil {
		return nil, wrongUseError{err}
	}
	return mark, nil
}

// keep remembers how far the run came, where it was asked to.
func (r *ingestRun) keep(mark *replay.Mark, done replay.Counts) error {
	mark.Counts = done
	if r.Resume == "" {
		return nil
	}
	return mark.Write(r.Resume)
}

// watch shows how much of the files was read.
func (r *ingestRun) watch(inputs []replay.Input) ([]replay.Input, *progressBar) {
	var total, done int64
	for _, path := range r.Files {
		if info, err := os.Stat(path); err == nil {
			total += info.Size()
		}
	}
	bar := newByteProgress("read")
	watched := slices.Clone(inputs)
	for i := range watched {
		watched[i] = watched[i].Watched(func(n int) {
			done += int64(n)
			bar.update(int(done), int(max(total, done)))
		})
	}
	return watched, bar
}

func (r *ingestRun) report() error {
	if r.json() {
		failures := r.counts.Failures
		if failures == nil {
			failures = make(map[dialects.Reason]int)
		}
		return printJSON(map[string]any{
			"rows": r.counts.Rows, "rows_earlier": r.earlier, "registrations": r.counts.Registrations, "carrier_events": r.counts.Events,
			"published": r.published, "refused": r.counts.Refused, "refusals": list(r.refusals), "failures": failures,
		})
	}
	if unnamed := r.counts.Refused - len(r.refusals); unnamed > 0 && len(r.refusals) == maxNamed {
		fmt.Fprintf(os.Stderr, "refused: and %d more\n", unnamed)
	}
	fmt.Printf("rows read            %d\n", r.counts.Rows)
	if r.earlier > 0 {
		fmt.Printf("of them earlier      %d\n", r.earlier)
	}
	fmt.Printf("registrations        %d\ncarrier events       %d\npublished            %d\nrefused              %d\n",
		r.counts.Registrations, r.counts.Events, r.published, r.counts.Refused)
	for _, reason := range slices.Sorted(maps.Keys(r.counts.Failures)) {
		fmt.Printf("%-20s %d\n", reason, r.counts.Failures[reason])
	}
	if !r.tickAt.IsZero() {
		fmt.Printf("the replay ends at   %s\n", r.tickAt.Format(time.RFC3339))
	}
	return nil
}
