package tracking

import (
	"strings"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// memory is what the records of a turn are made in. It goes from one turn to
// the next, so that a call of the usual kind allocates next to nothing: what
// lies in it is good until the turn ends, and nothing in a state may point to
// it.
type memory struct {
	row       schemas.Shipment // that is being written
	times     []time.Time      // that fields point to
	texts     strings.Builder  // that fields are parts of
	types     []string         // of webhooks
	codes     [16]knownCode    // by a part of their names
	deadlines [4]knownDeadline // by the last digit of their days
	ready     []*pending       // to be released
	news      pieces[news]
	events    pieces[schemas.TrackingEvent] // that webhooks are about
	bodies    pages                         // of webhooks
	outbox    outbox

	candidates []*schemas.WebhookEndpoint // that may have chosen an event
}

// textsAtOnce is how many bytes are allocated for texts at once. Several turns
// share them: what was written is never overwritten.
const textsAtOnce = 4 << 10

func (m *memory) reuse() {
	m.times, m.types = m.times[:0], m.types[:0]
	m.bodies.again()
	m.news.used, m.events.used = 0, 0
	m.outbox.clear()
}

// pieces gives out zero values, each good until the turn ends.
type pieces[T any] struct {
	all  []*T
	used int
}

func (p *pieces[T]) next() *T {
	if p.used == len(p.all) {
		p.all = append(p.all, new(T))
	}
	piece := p.all[p.used]
	p.used++
	var zero T
	*piece = zero
	return piece
}

// text makes one text of several.
func (m *memory) text(parts ...string) string {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	m.makeRoom(size)
	from := m.texts.Len()
	for _, part := range parts {
		m.texts.WriteString(part)
	}
	return m.texts.String()[from:]
}

func (m *memory) textOf(b []byte) string {
	m.makeRoom(len(b))
	from := m.texts.Len()
	m.texts.Write(b)
	return m.texts.String()[from:]
}

// makeRoom sees to it that the texts do not move when size bytes are added.
func (m *memory) makeRoom(size int) {
	if m.texts.Cap()-m.texts.Len() < size {
		m.texts = strings.Builder{}
		m.texts.Grow(max(textsAtOnce, size))
	}
}

// eventID writes an identity as it is published.
func (m *memory) eventID(id uint64) string {
	var hexed [2 * idBytes]byte
	return m.textOf(appendEventID(hexed[:0], id))
}

// local writes a local time.
func (m *memory) local(l *localTime, instant int64) string {
	var buf [len(localLayout) + 8]byte // a year may have more digits
	if l.form == localNone || l.form == localLiteral {
		return l.literal
	}
	return m.textOf(l.append(buf[:0], instant))
}

// stamp writes an instant.
func (m *memory) stamp(ms int64) string {
	var buf [len(time.RFC3339)]byte
	return m.textOf(utc(ms).AppendFormat(buf[:0], time.RFC3339))
}

// instant gives a time for a field that may be absent.
func (m *memory) instant(ms int64) *time.Time {
	m.times = append(m.times, utc(ms))
	return &m.times[len(m.times)-1]
}

// optional gives a time for a field that may be absent; 0 is absent.
func (m *memory) optional(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	return m.instant(ms)
}

// outbox is where a turn's records are written, in memory of the call's.
type outbox struct {
	arena   *job.Arena
	outputs []job.Output
}

// recordBytes is the room that there is for a record of the usual kind.
const recordBytes = 4 << 10

func add[T any](t *turn, topic, key string, codec *schemas.Codec[T], v *T) error {
	o := &t.outbox
	buf, err := codec.Append(o.arena.Room(recordBytes), v)
	if err != nil {
		return err
	}
	o.outputs = append(o.outputs, job.Output{Topic: topic, Key: key, Value: o.arena.Take(buf)})
	return nil
}

func (o *outbox) emit(c *job.Call) {
	for i := range o.outputs {
		c.Emit(o.outputs[i])
	}
}

func (o *outbox) clear() {
	clear(o.outputs)
	o.outputs = o.outputs[:0]
}
