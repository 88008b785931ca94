package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

const aDay = 24 * time.Hour

// story is one parcel while it is being made.
type story struct {
	*world
	chance *rand.Rand

	from, hub, to *site
	registered    time.Time
	registration  *schemas.Registration
	pickedUp      time.Time // 00:00 UTC of the pick-up's calendar day
	promised      time.Time // 00:00 UTC of the promised calendar day
	eta           string    // what the carrier now says, YYYY-MM-DD; empty: nothing yet
	leg           string
	scans         []scan
	moments       []string // the status after each scan
	truth         Truth
	trouble       *trouble
	unannounced   bool // the carrier is told nothing before it has the parcel
}

// scan is one thing that happened, or that a source said by mistake.
type scan struct {
	code *status.Code
	at   time.Time // UTC, whole seconds
	site *site
	eta  string
	leg  string
	// withdraws is set on what takes a scan back: how many scans before it that
	// scan lies. byHand: a person says so, not the source.
	withdraws int
	byHand    bool
	wrong     bool // taken back later
}

// begin chooses number, lane, service and promise, and registers the parcel.
// Each parcel has a chance of its own, so that it is the same whatever becomes
// of the others.
func (w *world) begin(index int, wrongNumber bool) *story {
	s := &story{
		world: w, chance: rand.New(rand.NewPCG(w.options.Seed, uint64(index)+1)),
		leg: schemas.LegForward, trouble: newTrouble(w.options, index),
	}
	of := w.numbers[index%len(w.numbers)]
	s.register(w.options.Start, of.slug, of.make(w.options.Seed, index, wrongNumber), fmt.Sprintf("ORDER-%06d", index+1))
	if wrongNumber {
		s.truth.Outcome = OutcomeInvalid
	}
	return s
}

// register asks for the parcel to be followed, within the duration from start.
func (s *story) register(start time.Time, carrier, number, reference string) {
	w, chance := s.world, s.chance
	s.chooseLane()
	service := w.services[chance.IntN(len(w.services))]
	s.registered = start.Add(time.Duration(chance.Int64N(int64(w.options.Duration)))).Truncate(time.Millisecond)
	s.pickedUp = dayOf(s.registered.In(s.from.zone)).Add(aDay)
	days := service.days
	if s.crossesBorder() {
		days++
	}
	s.promised = s.pickedUp.Add(time.Duration(days) * aDay)
	s.registration = &schemas.Registration{
		Tenant: w.options.Tenant, Carrier: carrier, TrackingNumber: number,
		Reference:    reference,
		PromisedDate: new(s.promised.Format(time.DateOnly)), PromisedZone: &s.to.zoneName,
		ServiceLevel: &schemas.ServiceLevel{Name: service.name, Token: service.token},
		Origin:       s.from.address(), Destination: s.to.address(),
		ShipDate:   new(s.pickedUp.Format(time.DateOnly)),
		WindowDays: 30, Backfill: schemas.BackfillNone, Tags: []string{},
	}
	s.truth = Truth{
		Tenant: s.registration.Tenant, Carrier: carrier, TrackingNumber: s.registration.TrackingNumber,
		Reference: s.registration.Reference, PromisedDate: *s.registration.PromisedDate,
		FinalStatus: status.Pending, Outcome: OutcomeOpen, Exceptions: []Episode{}, Transitions: []Transition{},
		Life: 1,
	}
}

func (s *story) chooseLane() {
	order := s.chance.Perm(len(s.sites))
	s.from, s.hub, s.to = s.sites[order[0]], s.sites[order[1]], s.sites[order[2]]
	if s.hub.customs != s.from.customs && s.hub.customs != s.to.customs {
		s.hub = s.from // no parcel goes through a third country
	}
}

func (s *story) crossesBorder() bool { return s.from.customs != s.to.customs }

// dayOf gives 00:00 UTC of the calendar day that t shows.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// local gives a random time between two hours of a calendar day at a site.
func (s *story) local(day time.Time, at *site, from, to int) time.Time {
	second := from*3600 + s.chance.IntN((to-from)*3600)
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, second, 0, at.zone)
}

// leastGap is the least time between two scans of a parcel. Also a carrier that
// tells of them late tells of them one after the other.
const leastGap = 10 * time.Minute

// scan adds a scan that tells where the parcel is.
func (s *story) scan(code string, at time.Time, where *site) scan {
	made := s.add(scan{code: s.model.Code(code), at: at, site: where})
	s.truth.Events++
	s.become(made.code.Status.Name, made.at)
	return made
}

// echo adds a scan of a parcel that has arrived: it changes nothing.
func (s *story) echo(code string, at time.Time) {
	s.add(scan{code: s.model.Code(code), at: at, site: s.to})
	s.truth.Events++
	s.become(s.truth.FinalStatus, at)
}

// add puts a scan into the story, not before the one before it.
func (s *story) add(made scan) scan {
	made.at = made.at.UTC().Truncate(time.Second)
	if n := len(s.scans); n > 0 && made.at.Before(s.scans[n-1].at.Add(leastGap)) {
		made.at = s.scans[n-1].at.Add(leastGap)
	}
	made.eta, made.leg = s.eta, s.leg
	s.scans = append(s.scans, made)
	return made
}

// become says what is true of the parcel after its newest scan.
func (s *story) become(name string, at time.Time) {
	s.moments = append(s.moments, name)
	if name != s.truth.FinalStatus {
		s.truth.Transitions = append(s.truth.Transitions, Transition{Status: name, At: at})
	}
	s.truth.FinalStatus = name
}

// expect sets the carrier's ETA from the next scan on.
func (s *story) expect(day time.Time) {
	eta := day.Format(time.DateOnly)
	if s.eta != "" && s.eta != eta {
		s.truth.ETAMoves++
	}
	s.eta = eta
}

func (s *story) choose(codes []string) string { return codes[s.chance.IntN(len(codes))] }
