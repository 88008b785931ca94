package tracking

import (
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// How often carriers are asked (D8), where no setting says it. Times are in
// milliseconds of stream time.
const (
	pollAtFirst   = int64(15 * time.Minute / time.Millisecond) // after the registration, or the end of the parcel's life
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
	if s.payer(due) == nil {
		return never
	}
	return due
}

// nextPoll gives when the carrier should be asked, and why then.
func (t *turn) nextPoll(s *shipment) (due int64, reason string) {
	since, polled := s.followedSince(), s.asking.polled
	switch silent := polled - max(s.heard, s.epoch); {
	case t.terminal(s) && polled >= s.ended:
		return never, ""
	case t.terminal(s): // what a push lost is still found
		return t.spread(s.ended, pollAtFirst, pollAtFirst), schemas.PollTerminal
	case polled < since:
		return t.spread(since, pollAtFirst, pollAtFirst), schemas.PollRegistered
	case s.asking.notFound != 0:
		return t.after(polled, min(pollAtFirst<<min(s.asking.inVain, pollDoublings), pollSeldom)), schemas.PollNotFound
	case t.status(s).Name == status.OutForDelivery && silent < pollSeldom:
		return t.putOff(s, t.pollDelivering), schemas.PollOutForDelivery
	case silent/pollPerSilent > t.pollInterval:
		return t.after(polled, min(silent/pollPerSilent, max(pollSeldom, t.pollInterval))), schemas.PollSilence
	}
	return t.putOff(s, t.pollInterval), schemas.PollInterval
}

// putOff gives the next poll after a wait: since the last one, or since an event
// came in the meantime, but not much longer for that.
func (t *turn) putOff(s *shipment, wait int64) int64 {
	since := max(s.asking.polled, min(s.heard, s.asking.polled+max(pollPutOff-wait, 0)))
	return t.after(since, wait)
}

// after gives the end of a wait, or a little before it.
func (t *turn) after(since, wait int64) int64 { return t.spread(since, wait, wait/pollSpread) }

// spread gives an instant within the last part of a wait, for each parcel
// another, so that parcels that began together do not stay together.
func (t *turn) spread(since, wait, part int64) int64 {
	h := uint32(2166136261) // FNV-1a: cheap, and the same everywhere
	for _, c := range []byte(t.key) {
		h = (h ^ uint32(c)) * 16777619
	}
	for n := since; n > 0; n >>= 8 {
		h = (h ^ uint32(n&0xff)) * 16777619
	}
	return since + wait - int64(h)%(part+1)
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

// payer gives whose account a poll uses: the first registration whose window is
// open then and that names one, else the first (R10).
func (s *shipment) payer(at int64) *registration {
	var first *registration
	for i := range s.registrations {
		switch g := &s.registrations[i]; {
		case g.state != stateActive || !g.open(at):
		case g.extras.account != "":
			return g
		case first == nil:
			first = g
		}
	}
	return first
}

// poll asks for a poll.
func (t *turn) poll(s *shipment) {
	due, reason := t.nextPoll(s)
	g := s.payer(due)
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
