package tracking

import (
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// How often carriers are asked (D8), where no setting says it. Times are in
// milliseconds of stream time.
const (
	pollAtFirst   = int64(15 * time.Minute / time.Millisecond) // after the registration, or the end of the parcel's life, at the latest
	pollFirstPart = 8                                          // sooner where the interval is short: that part of it
	pollPutOff    = int64(6 * time.Hour / time.Millisecond)    // the longest that events put a poll off
	pollSeldom    = int64(24 * time.Hour / time.Millisecond)   // the longest wait, after long silence
	pollPerSilent = 24                                         // a wait is that part of the silence before it
	pollSpread    = 8                                          // a wait is shorter by up to that part of it
	pollDoublings = 7                                          // of the wait for a number that is not known
)

// pollDue gives when the carrier is to be asked about the shipment next (D8):
// the newest life only, while somebody's window is open.
func (t *turn) pollDue(s *shipment) int64 {
	if !t.polled || s != t.state.newest() || s.followedSince() == never {
		return never
	}
	due, _ := t.nextPoll(s)
	if t.payer(s, due) == nil {
		return never
	}
	return due
}

// nextPoll gives when the carrier should be asked, and why then.
func (t *turn) nextPoll(s *shipment) (due int64, reason string) {
	since, polled := s.followedSince(), s.asking.polled
	first := min(pollAtFirst, t.pollInterval/pollFirstPart)
	switch silent := polled - max(s.heard, s.epoch); {
	case t.terminal(s) && polled >= s.ended:
		return never, ""
	case t.terminal(s): // what a push lost is still found
		return t.spread(s.ended, first, first), schemas.PollTerminal
	case polled < since:
		return t.spread(since, first, first), schemas.PollRegistered
	case s.asking.notFound != 0:
		return t.after(polled, min(first<<min(s.asking.inVain, pollDoublings), pollSeldom)), schemas.PollNotFound
	case t.status(s).Name == status.OutForDelivery && silent < pollSeldom:
		return t.putOff(s, t.pollDelivering), schemas.PollOutForDelivery
	case silent/pollPerSilent > t.pollInterval:
		return t.after(polled, min(silent/pollPerSilent, max(pollSeldom, t.pollInterval))), schemas.PollSilence
	}
	return t.putOff(s, t.pollInterval), schemas.PollInterval
}

// putOff gives the next poll of a parcel that has one in each period: its own
// turn, the first that is half a period or more after the last poll, or after an
// event that came in the meantime, but not much later for that. So parcels that
// began together do not stay together, and what put their polls off at the same
// time, or held them up, does not bring them together again.
func (t *turn) putOff(s *shipment, period int64) int64 {
	polled := s.asking.polled
	last := t.turnFrom(polled+max(pollPutOff, period+period/2)-period+1, period)
	return min(t.turnFrom(max(polled, s.heard)+period/2, period), last)
}

// turnFrom gives the parcel's first turn from an instant on: it has one in each
// period, at the same time of it.
func (t *turn) turnFrom(at, period int64) int64 {
	turn := at - at%period + t.hash(0)%period
	if turn < at {
		turn += period
	}
	return turn
}

// after gives the end of a wait, or a little before it.
func (t *turn) after(since, wait int64) int64 { return t.spread(since, wait, wait/pollSpread) }

// spread gives an instant within the last part of a wait, for each parcel
// another, so that parcels that began together do not stay together.
func (t *turn) spread(since, wait, part int64) int64 { return since + wait - t.hash(since)%(part+1) }

// hash is a number that the parcel and an instant make, not negative: FNV-1a,
// which is cheap and the same everywhere.
func (t *turn) hash(at int64) int64 {
	h := uint32(2166136261)
	for _, c := range []byte(t.key) {
		h = (h ^ uint32(c)) * 16777619
	}
	for n := at; n > 0; n >>= 8 {
		h = (h ^ uint32(n&0xff)) * 16777619
	}
	return int64(h)
}

// followedSince gives when the first of those who follow the parcel began to,
// or never.
func (s *shipment) followedSince() int64 {
	since := never
	for i := range s.registrations {
		if g := &s.registrations[i]; g.state == stateActive {
			since = min(since, g.registered)
		}
	}
	return since
}

// payer gives whose account a poll uses (R10): of those whose window is open then
// the first who names one that there is, else who has one, else who names one,
// else the first.
func (t *turn) payer(s *shipment, at int64) (payer *registration) {
	best := -1
	for i := range s.registrations {
		g := &s.registrations[i]
		if g.state != stateActive || !g.open(at) {
			continue
		}
		rank := 0
		if g.extras.account != "" {
			rank++
		}
		if t.accounts != nil && t.accounts.Has(g.tenant, t.carrier) {
			rank += 2
		}
		if rank > best {
			payer, best = g, rank
		}
	}
	return payer
}

// poll asks for a poll.
func (t *turn) poll(s *shipment) {
	due, reason := t.nextPoll(s)
	g := t.payer(s, due)
	t.out.polls = append(t.out.polls, schemas.PollRequest{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch), Tenant: g.tenant, CarrierAccount: g.extras.account,
		DueAt: utc(t.now), Reason: reason,
	})
	s.asking.polled = t.now
	if s.asking.notFound != 0 {
		s.asking.inVain++
	}
	t.out.changed = true
}
