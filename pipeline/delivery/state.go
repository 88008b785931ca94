package delivery

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"time"

	"waybill/schemas"
)

// Versions of the state. The second knows the partition of a body: it stays
// where it is when the key moves to another one. The third takes a third of
// the bytes, so that a queue of thousands fits in a record.
var (
	//go:embed state.v1.avsc
	stateV1 string
	//go:embed state.v2.avsc
	stateV2 string
	//go:embed state.v3.avsc
	stateV3 string
)

func newStateCodec() (*schemas.Codec[storedQueue], error) {
	return schemas.NewPrivateCodec[storedQueue]("delivery state", stateV1, stateV2, stateV3)
}

// storedQueue and what it holds are the state as it is written.
type storedQueue struct {
	Webhooks []oldWebhook    `avro:"webhooks"`
	Words    []string        `avro:"words"`
	Origins  []storedOrigin  `avro:"origins"`
	Open     []storedWebhook `avro:"open"`
}

type storedOrigin struct {
	Tenant         string `avro:"tenant"`
	RegistrationID string `avro:"registration_id"`
	Epoch          int64  `avro:"epoch"`
}

type storedWebhook struct {
	ID        []byte  `avro:"id"`
	Hex       bool    `avro:"hex"`
	Origin    int     `avro:"origin"`
	Type      int     `avro:"type"`
	Trigger   int     `avro:"trigger"`
	Sequence  int64   `avro:"sequence"`
	Arrived   int64   `avro:"arrived"`
	Created   int64   `avro:"created"`
	Body      *[]byte `avro:"body"`
	Partition int32   `avro:"partition"`
	Offset    int64   `avro:"offset"`
	Attempts  int     `avro:"attempts"`
	UnderWay  *int64  `avro:"under_way"`
	Due       int64   `avro:"due"`
	Tried     int64   `avro:"tried"`
	Refusals  int     `avro:"refusals"`
	Aside     bool    `avro:"aside"`
}

// EncodeState implements job.Job.
func (j *Job) EncodeState(dst []byte, state any) ([]byte, error) {
	q, ok := state.(*queue)
	if !ok {
		return dst, fmt.Errorf("writing the delivery state: it is a %T", state)
	}
	s := storedQueue{Open: make([]storedWebhook, len(q.Webhooks))}
	words, origins := map[string]int{}, map[storedOrigin]int{}
	var arrived, offset int64
	for i := range q.Webhooks {
		w := &q.Webhooks[i]
		at := w.ArrivedAt.UnixMilli()
		id, isHex := storedID(w.JobID)
		o := &s.Open[i]
		*o = storedWebhook{
			ID: id, Hex: isHex, Origin: place(&s.Origins, origins, storedOrigin{w.Tenant, w.RegistrationID, w.Epoch.UnixMilli()}),
			Type: place(&s.Words, words, w.Type), Trigger: place(&s.Words, words, w.Trigger),
			Sequence: w.Sequence, Arrived: at - arrived, Created: at - w.CreatedAt.UnixMilli(),
			Body: w.Body, Partition: w.Partition, Offset: w.Offset - offset,
			Attempts: w.Attempts, Due: w.DueAt.UnixMilli() - at, Refusals: w.Refusals, Aside: w.Aside,
		}
		if w.isOpen() {
			o.UnderWay = new(w.OpenSince.UnixMilli() - at)
		}
		if !w.TriedAt.IsZero() {
			o.Tried = w.TriedAt.UnixMilli() - at
		}
		arrived, offset = at, w.Offset
	}
	return j.state.Append(dst, &s)
}

// place is where a value lies among those that are written once.
func place[V comparable](all *[]V, places map[V]int, v V) int {
	at, ok := places[v]
	if !ok {
		at = len(*all)
		places[v] = at
		*all = append(*all, v)
	}
	return at
}

// storedID writes an id of hexadecimal digits in half of its bytes.
func storedID(id string) (stored []byte, isHex bool) {
	if b, err := hex.DecodeString(id); err == nil && hex.EncodeToString(b) == id {
		return b, true
	}
	return []byte(id), false
}

// DecodeState implements job.Job.
func (j *Job) DecodeState(data []byte) (any, error) {
	s, err := j.state.Decode(data)
	if err != nil {
		return nil, err
	}
	q := &queue{Webhooks: make([]webhook, 0, len(s.Webhooks)+len(s.Open))}
	for i := range s.Webhooks {
		q.Webhooks = append(q.Webhooks, s.Webhooks[i].webhook())
	}
	var arrived, offset int64
	for i := range s.Open {
		o := &s.Open[i]
		arrived, offset = arrived+o.Arrived, offset+o.Offset
		w, err := s.webhook(o, arrived)
		if err != nil {
			return nil, fmt.Errorf("reading the delivery state: webhook %d: %w", i+1, err)
		}
		w.Offset = offset
		q.Webhooks = append(q.Webhooks, w)
	}
	return q, nil
}

// webhook is one of the open ones; arrived is when, in milliseconds.
func (s *storedQueue) webhook(o *storedWebhook, arrived int64) (webhook, error) {
	switch {
	case o.Origin < 0 || o.Origin >= len(s.Origins):
		return webhook{}, fmt.Errorf("origin %d of %d", o.Origin, len(s.Origins))
	case min(o.Type, o.Trigger) < 0 || max(o.Type, o.Trigger) >= len(s.Words):
		return webhook{}, fmt.Errorf("words %d and %d of %d", o.Type, o.Trigger, len(s.Words))
	}
	from := s.Origins[o.Origin]
	w := webhook{
		JobID: string(o.ID), origin: origin{from.Tenant, from.RegistrationID, millis(from.Epoch)},
		Type: s.Words[o.Type], Trigger: s.Words[o.Trigger], Sequence: o.Sequence,
		ArrivedAt: millis(arrived), CreatedAt: millis(arrived - o.Created),
		Body: o.Body, Partition: o.Partition, Attempts: o.Attempts,
		DueAt: millis(arrived + o.Due), Refusals: o.Refusals, Aside: o.Aside,
	}
	if o.Hex {
		w.JobID = hex.EncodeToString(o.ID)
	}
	if o.UnderWay != nil {
		w.OpenSince = millis(arrived + *o.UnderWay)
	}
	if o.Tried != 0 {
		w.TriedAt = millis(arrived + o.Tried)
	}
	return w, nil
}

func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// oldWebhook is one of the first two versions.
type oldWebhook struct {
	JobID          string     `avro:"job_id"`
	Tenant         string     `avro:"tenant"`
	RegistrationID string     `avro:"registration_id"`
	Epoch          time.Time  `avro:"epoch"`
	Type           string     `avro:"type"`
	Sequence       int64      `avro:"sequence"`
	Trigger        string     `avro:"trigger"`
	CreatedAt      time.Time  `avro:"created_at"`
	ArrivedAt      time.Time  `avro:"arrived_at"`
	Body           *[]byte    `avro:"body"`
	Partition      int32      `avro:"partition"`
	Offset         int64      `avro:"offset"`
	Attempts       int        `avro:"attempts"`
	OpenSince      *time.Time `avro:"open_since"`
	DueAt          time.Time  `avro:"due_at"`
	Refusals       int        `avro:"refusals"`
	Aside          bool       `avro:"aside"`
}

func (o *oldWebhook) webhook() webhook {
	w := webhook{
		JobID: o.JobID, origin: origin{o.Tenant, o.RegistrationID, o.Epoch}, Type: o.Type, Sequence: o.Sequence,
		Trigger: o.Trigger, CreatedAt: o.CreatedAt, ArrivedAt: o.ArrivedAt, Body: o.Body, Partition: o.Partition, Offset: o.Offset,
		Attempts: o.Attempts, DueAt: o.DueAt, Refusals: o.Refusals, Aside: o.Aside,
	}
	if o.OpenSince != nil {
		w.OpenSince = *o.OpenSince
	}
	return w
}
