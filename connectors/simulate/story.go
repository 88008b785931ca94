package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"waybill/connectors/carriers"
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
	truth         Truth
}

// scan is one thing that happened.
type scan struct {
	code *status.Code
	at   time.Time // UTC, whole seconds
	site *site
	eta  string
	leg  string
}

// begin chooses number, lane, service and promise, and registers the parcel.
// Each parcel has a chance of its own, so that it is the same whatever becomes
// of the others.
func (w *world) begin(index int, wrongNumber bool) *story {
	chance := rand.New(rand.NewPCG(w.options.Seed, uint64(index)+1))
	s := &story{world: w, chance: chance, leg: schemas.LegForward}
	s.chooseLane()
	service := w.services[chance.IntN(len(w.services))]
	s.registered = w.options.Start.Add(time.Duration(chance.Int64N(int64(w.options.Duration)))).Truncate(time.Millisecond)
	s.pickedUp = dayOf(s.registered.In(s.from.zone)).Add(aDay)
	days := service.days
	if s.crossesBorder() {
		days++
	}
	s.promised = s.pickedUp.Add(time.Duration(days) * aDay)
	s.registration = &schemas.Registration{
		Tenant: w.options.Tenant, Carrier: carrier, TrackingNumber: numberOf(w.options.Seed, index, wrongNumber),
		Reference:    fmt.Sprintf("ORDER-%06d", index+1),
		PromisedDate: new(s.promised.Format(time.DateOnly)), PromisedZone: &s.to.zoneName,
		ServiceLevel: &schemas.ServiceLevel{Name: service.name, Token: service.token},
		Origin:       s.from.address(), Destination: s.to.address(),
		ShipDate:   new(s.pickedUp.Format(time.DateOnly)),
		WindowDays: 30, Backfill: schemas.BackfillNone, Tags: []string{},
	}
	s.truth = Truth{
		Tenant: s.registration.Tenant, Carrier: carrier, TrackingNumber: s.registration.TrackingNumber,
		Reference: s.registration.Reference, PromisedDate: *s.registration.PromisedDate,
		FinalStatus: status.Pending, Outcome: OutcomeOpen, Exceptions: []Episode{},
	}
	if wrongNumber {
		s.truth.Outcome = OutcomeInvalid
	}
	return s
}

func (s *story) chooseLane() {
	order := s.chance.Perm(len(s.sites))
	s.from, s.hub, s.to = s.sites[order[0]], s.sites[order[1]], s.sites[order[2]]
	if s.hub.customs != s.from.customs && s.hub.customs != s.to.customs {
		s.hub = s.from // no parcel goes through a third country
	}
}

func (s *story) crossesBorder() bool { return s.from.customs != s.to.customs }

// numberOf makes an S10 number. The letters ZZ are no country's, so that no
// parcel of the world has it.
func numberOf(seed uint64, index int, wrong bool) string {
	serial := fmt.Sprintf("%08d", (seed*7919+uint64(index))%100_000_000)
	digit, _ := carriers.S10CheckDigit(serial)
	if wrong {
		digit = '0' + (digit-'0'+1)%10
	}
	return fmt.Sprintf("S%c%s%cZZ", 'A'+rune(seed%26), serial, digit)
}

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

// scan adds a scan, not before the one before it.
func (s *story) scan(code string, at time.Time, where *site) scan {
	at = at.UTC().Truncate(time.Second)
	if n := len(s.scans); n > 0 && at.Before(s.scans[n-1].at.Add(leastGap)) {
		at = s.scans[n-1].at.Add(leastGap)
	}
	made := scan{code: s.model.Code(code), at: at, site: where, eta: s.eta, leg: s.leg}
	s.scans = append(s.scans, made)
	s.truth.Events++
	s.truth.FinalStatus = made.code.Status.Name
	return made
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
