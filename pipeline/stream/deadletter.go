package stream

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"waybill/pipeline/stream/job"
)

// maxErrorText bounds the cause in a dead letter's header, in bytes.
const maxErrorText = 2048

// refuse sends a record to the dead letters with the cause, in this
// transaction: bytes, key and headers as they came. A rerouted record bears
// the position where it first came in, because that is where it is sent again.
func (t *task) refuse(rec job.Record, c cause, why refusal, fx effects) {
	first, arrival := rec.Position, rec.Arrival
	if rec.Topic == t.cfg.Rerouted {
		if p, at, err := firstPosition(rec); err == nil {
			first, arrival = p, at
		}
	}
	o := output{
		Output:    job.Output{Topic: t.cfg.DeadLetters, Value: rec.Value, Headers: append(rec.Headers, deadLetterHeaders(why.err, first, arrival.UnixMilli())...)},
		key:       rec.Key,
		partition: t.partition,
	}
	fx.count(rec.Topic, outcomeDeadLetter)
	fx.lettered(why.class)
	fx.produce(t, c, t.shrink(o, why, first, arrival.UnixMilli()))
}

// refuseCall writes a dead letter for a wake-up or a result that the job
// failed on: the key, its state, and the cause. No record is to blame, so the
// source is the changelog that the state lies in.
func (t *task) refuseCall(c cause, payload []byte, why refusal, fx effects) {
	source := job.Position{Topic: t.cfg.Changelog, Partition: t.partition, Offset: -1}
	why.err = fmt.Errorf("%v: %w", c, why.err)
	at := toMillis(t.streamTime)
	o := output{
		Output:    job.Output{Topic: t.cfg.DeadLetters, Value: payload, Headers: deadLetterHeaders(why.err, source, at)},
		key:       []byte(c.key),
		partition: t.partition,
	}
	fx.lettered(why.class)
	fx.produce(t, c, t.shrink(o, why, source, at))
}

// shrink replaces a dead letter that is too large even for its own topic by
// the record's position and digest.
func (t *task) shrink(o output, why refusal, at job.Position, ms int64) output {
	if o.size() <= t.cfg.MaxDeadLetterBytes && !why.bare {
		return o
	}
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(o.Value))
	o.Value = nil
	o.Headers = append(deadLetterHeaders(why.err, at, ms), job.Header{Key: job.DigestHeader, Value: []byte(digest)})
	if o.size() > t.cfg.MaxDeadLetterBytes {
		o.key = nil
	}
	return o
}

func deadLetterHeaders(why error, at job.Position, ms int64) []job.Header {
	text := strings.ToValidUTF8(why.Error(), "?")
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "")
	}
	return []job.Header{
		{Key: job.ErrorHeader, Value: []byte(text)},
		{Key: job.SourceTopicHeader, Value: []byte(at.Topic)},
		{Key: job.SourcePartitionHeader, Value: strconv.AppendInt(nil, int64(at.Partition), 10)},
		{Key: job.SourceOffsetHeader, Value: strconv.AppendInt(nil, at.Offset, 10)},
		{Key: job.SourceTimestampHeader, Value: strconv.AppendInt(nil, ms, 10)},
	}
}

// poison remembers a call to be left out when the transaction is run again,
// and ends Run when there are too many (rule E11): a bug that hits every record
// must not empty the topic into the dead letters. The count is not kept over a
// restart.
func (t *task) poison(p *poison) error {
	if !t.suspect(p) {
		return nil // the next run finds out which call it is
	}
	why, again := t.poisoned[p.cause]
	if !again {
		why.err, why.class = p.err, classOf(p.err, classFailed)
	}
	why.bare = again
	t.poisoned[p.cause] = why
	if t.refused.exceeded(t.cfg.now(), 1) {
		return stopError{fmt.Errorf("partition %d: the job failed on more than %d records within %v, so this is no matter of single records; the last was %w. Mend the job or the data, then start again: nothing was skipped beyond what lies in %s",
			t.partition, t.cfg.MaxPoison, t.cfg.PoisonWindow, p, t.cfg.DeadLetters)}
	}
	return nil
}

// checkUnreadable is poison's counterpart for records that could not be read.
// They count when they are committed, for a transaction that is run again
// meets them again.
func (t *task) checkUnreadable() error {
	if t.unread == 0 || !t.unreadable.wouldExceed(t.cfg.now(), t.unread) {
		return nil
	}
	return stopError{fmt.Errorf("partition %d: more than %d records within %v could not be read, so this is no matter of single records; the cause stands in the headers of %s. Mend the producer or the reader, then start again",
		t.partition, t.cfg.MaxUnreadable, t.cfg.PoisonWindow, t.cfg.DeadLetters)}
}
