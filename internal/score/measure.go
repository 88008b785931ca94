package score

import (
	"slices"
	"time"

	"waybill/connectors/simulate"
	"waybill/pipeline/tracking"
)

// settle is how long after a record the statuses are compared: everyone may
// hold events for as long as we do by default, and a second to work.
const settle = tracking.DefaultReorderHold + time.Second

// rule is a way to follow one tracking number.
type rule interface {
	// take hears of a record when it arrives.
	take(t *simulate.Told) error
	// status gives the main status at an instant, which is not before the last
	// record or instant; empty where none was heard of.
	status(at time.Time) (string, error)
	// told gives what the webhooks have said so far.
	told() *told
}

// told is what webhooks said, in order.
type told struct {
	changes []string // the statuses of those that said that the status changed
	scans   []int    // moments that were told of as scans
}

// truth is what is true of one tracking number and can be known.
type truth struct {
	events      int
	scans       map[int]bool // moments that sources told of as scans
	transitions []string
	checks      []check
}

// check is an instant at which nothing is on its way: what is true then, of
// what has been told and has happened by then.
type check struct {
	at     time.Time
	status string
	next   int // of the records, the first after it
}

func truthOf(p *simulate.Parcel) *truth {
	t := &truth{scans: map[int]bool{}}
	var moments []string
	for _, life := range p.Lives {
		moments = append(moments, life.Moments...)
		for _, transition := range life.Transitions {
			t.transitions = append(t.transitions, transition.Status)
		}
	}
	for i := range p.Told {
		if e := p.Told[i].Event; e != nil {
			t.events++
			t.scans[p.Told[i].Moment] = t.scans[p.Told[i].Moment] || !e.Retracted
		}
		if p.Told[i].Moment < 0 {
			continue
		}
		at := p.Told[i].Known.Add(settle)
		if next, quiet := quietAt(p, at); quiet {
			t.checks = append(t.checks, check{at: at, status: moments[newest(p, at)], next: next})
		}
	}
	slices.SortFunc(t.checks, func(a, b check) int { return a.at.Compare(b.at) })
	return t
}

// quietAt tells whether nothing arrived or came true shortly before an instant,
// and which record is the first after it.
func quietAt(p *simulate.Parcel, at time.Time) (next int, quiet bool) {
	next = len(p.Told)
	for i := range p.Told {
		r := &p.Told[i]
		if r.Arrival.After(at) {
			return i, true
		}
		if isIn := func(instant time.Time) bool { return instant.After(at.Add(-settle)) && !instant.After(at) }; isIn(r.Arrival) || isIn(r.Known) {
			return 0, false
		}
	}
	return next, true
}

// newest gives the latest moment, in the order of the world, that is known at
// an instant. There is one.
func newest(p *simulate.Parcel, at time.Time) int {
	moment := 0
	for i := range p.Told {
		if !p.Told[i].Known.After(at) {
			moment = max(moment, p.Told[i].Moment)
		}
	}
	return moment
}

// judge plays all records by a rule and counts the checks at which it had
// another status than the true one.
func (t *truth) judge(p *simulate.Parcel, r rule) (wrong int, err error) {
	next := 0
	for _, c := range t.checks {
		for ; next < c.next; next++ {
			if err := r.take(&p.Told[next]); err != nil {
				return 0, err
			}
		}
		status, err := r.status(c.at)
		if err != nil {
			return 0, err
		}
		if status != c.status {
			wrong++
		}
	}
	return wrong, nil
}

// count compares what a rule's webhooks said with what is true.
func (t *truth) count(said *told, wrong int) ruleCounts {
	matched := common(t.transitions, said.changes)
	heard := make(map[int]bool, len(said.scans))
	for _, moment := range said.scans {
		heard[moment] = true
	}
	untold := 0
	for moment, scanned := range t.scans {
		if scanned && !heard[moment] {
			untold++
		}
	}
	return ruleCounts{
		wrong: wrong, missed: len(t.transitions) - matched, duplicates: len(said.changes) - matched, changes: len(said.changes),
		untold: untold, repeated: len(said.scans) - len(heard),
	}
}

// common gives how many transitions were told, each once and in order: the
// length of the longest common subsequence.
func common(transitions, told []string) int {
	row := make([]int, len(told)+1)
	for _, status := range transitions {
		diagonal := 0
		for j, name := range told {
			above := row[j+1]
			if name == status {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(told)]
}
