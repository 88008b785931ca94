package score

import (
	"slices"
	"time"

	"waybill/connectors/simulate"
	"waybill/schemas"
	"waybill/schemas/status"
)

// The rivals are rules that others publish, made as their owners would. All get
// what we get: normalized codes, and times as the connector understood them,
// except where a rule reads the time as it is written. None has a rule for a
// scan that is taken back, nor for a correction by hand, nor for another parcel
// with the same number; they hear of the first two and know nothing to do.

// follower is what the rivals have in common: a status, and a webhook when it
// is another.
type follower struct {
	model   *status.Model
	present string
	said    told
}

// become tells of a scan, and of the status that the parcel now has.
func (f *follower) become(name string, t *simulate.Told) {
	f.said.scans = append(f.said.scans, t.Moment)
	if name != f.present {
		f.present = name
		f.said.changes = append(f.said.changes, name)
	}
}

//nolint:unparam // a rule may fail
func (f *follower) status(time.Time) (string, error) { return f.present, nil }

func (f *follower) told() *told { return &f.said }

func (f *follower) statusOf(e *schemas.CarrierEvent) *status.Status {
	code, _ := f.model.Resolve(e.Status, e.Code)
	return code.Status
}

// scan gives the event of a record that a rival has a rule for.
func scan(t *simulate.Told) (*schemas.CarrierEvent, bool) {
	return t.Event, t.Event != nil && !t.Event.Retracted
}

// arrivalOrder believes what arrived last.
type arrivalOrder struct{ follower }

func (a *arrivalOrder) take(t *simulate.Told) error {
	if e, is := scan(t); is {
		a.become(a.statusOf(e).Name, t)
	}
	return nil
}

// newestWins is ClickPost's: the newest timestamp wins; what is older than the
// newest, or has the same time and code, is dropped and nobody is told.
type newestWins struct {
	follower

	newest time.Time
	code   string
}

func (n *newestWins) take(t *simulate.Told) error {
	e, is := scan(t)
	if !is || e.OccurredAt.Before(n.newest) || e.OccurredAt.Equal(n.newest) && e.Code == n.code {
		return nil
	}
	n.newest, n.code = e.OccurredAt, e.Code
	n.become(n.statusOf(e).Name, t)
	return nil
}

// exactMatch is Karrio's: an event is known when all of it is equal to one that
// is known; all are sorted by date and time as written, newest first, and the
// first has the status.
type exactMatch struct {
	follower

	events []written
}

// written is an event as its source writes it.
type written struct {
	at, code, text, city, signed string
	status                       *status.Status
}

func (x *exactMatch) take(t *simulate.Told) error {
	e, is := scan(t)
	if !is {
		return nil
	}
	w := written{at: e.OccurredLocal, code: e.RawCode, text: e.Description, signed: e.SignedBy, status: x.statusOf(e)}
	if e.Location != nil {
		w.city = e.Location.City
	}
	if slices.Contains(x.events, w) {
		return nil
	}
	at := slices.IndexFunc(x.events, func(known written) bool { return known.at <= w.at })
	if at < 0 {
		at = len(x.events)
	}
	x.events = slices.Insert(x.events, at, w)
	x.become(x.events[0].status.Name, t)
	return nil
}

// forwardRank is Shopper's: an event is known by its instant and code, and a
// status is left only for one of no lower rank.
type forwardRank struct {
	follower

	rank  int
	known map[instantCode]bool
}

type instantCode struct {
	at   int64
	code string
}

func (f *forwardRank) take(t *simulate.Told) error {
	e, is := scan(t)
	if !is {
		return nil
	}
	id, now := instantCode{e.OccurredAt.Unix(), e.Code}, f.statusOf(e)
	if f.known[id] || now.Rank < f.rank {
		return nil
	}
	f.known[id], f.rank = true, now.Rank
	f.become(now.Name, t)
	return nil
}
