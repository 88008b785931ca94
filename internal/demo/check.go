package demo

import (
	"fmt"
	"maps"
	"slices"

	"waybill/schemas"
)

// Differences compares what came out with what is known, and names in a
// sentence each what is not as it must be.
func (s *Summary) Differences() []string {
	c := &checker{}
	var decided uint64
	for _, n := range s.Decisions {
		decided += n
	}
	c.equal("decisions in all, one for each raw event", decided, uint64(s.RawEvents))
	for _, held := range []string{schemas.DecisionHeldReorder, schemas.DecisionHeldFuture, schemas.DecisionHeldOrphan} {
		c.equal("raw events that are still "+held, s.Decisions[held], 0)
	}
	c.equal("webhooks verified by the receiver, as delivered", uint64(s.Webhooks.Verified), s.Webhooks.Delivered)
	c.equal("webhooks that failed", s.Webhooks.Failed, 0)
	c.equal("gaps in the sequences of webhooks", uint64(s.SequenceGaps), 0)
	total := s.Reports.OnTime
	c.equal("delivered, as early, on time, late and unknown", total.Delivered, total.Early+total.OnTime+total.Late+total.Unknown)
	s.checkSCMS(c)
	s.checkSimulated(c)
	return c.found
}

// checkSCMS compares with a reading of the file by other code.
func (s *Summary) checkSCMS(c *checker) {
	if s.scms == nil {
		return
	}
	t, f := s.scms, s.carrier("scms")
	c.equal("scms: parcels", f.parcels, uint64(t.Parcels))
	c.equal("scms: references", f.references, uint64(t.References))
	c.equal("scms: delivered", f.onTime.Delivered, uint64(t.Parcels))
	c.equal("scms: early", f.onTime.Early, uint64(t.Early))
	c.equal("scms: on time", f.onTime.OnTime, uint64(t.OnTime))
	c.equal("scms: late", f.onTime.Late, uint64(t.Late))
	c.equal("scms: recorded after they were delivered", f.laterThanOccurred, uint64(t.RecordedLater))
	c.equal("scms: delivered webhooks", f.deliveredWebhooks, uint64(t.DeliveredWebhooks))
}

// checkSimulated compares with the truth that the simulator wrote beside.
func (s *Summary) checkSimulated(c *checker) {
	if s.simulated == nil {
		return
	}
	t, f := s.simulated, s.carrier("sim")
	c.equal("sim: parcels", f.parcels, uint64(t.Parcels))
	c.equal("sim: early", f.onTime.Early, uint64(t.Early))
	c.equal("sim: on time", f.onTime.OnTime, uint64(t.OnTime))
	c.equal("sim: late", f.onTime.Late, uint64(t.Late))
	c.equal("sim: open", f.onTime.Open, uint64(t.Open))
	c.equal("sim: invalid numbers", f.doNotTrack, uint64(t.Invalid))
	c.equal("sim: returned", f.byStatus["RETURNED"], uint64(t.Returned))
	c.equal("sim: lost", f.byStatus["FAILED"], uint64(t.Lost))
	c.equal("sim: exceptions that are open", f.openExceptions, uint64(t.OpenExceptions))
	for _, code := range slices.Sorted(maps.Keys(t.Exceptions)) {
		c.equal("sim: exceptions "+code, f.exceptions[code], uint64(t.Exceptions[code]))
	}
	for code, n := range f.exceptions {
		if t.Exceptions[code] == 0 {
			c.equal("sim: exceptions "+code, n, 0)
		}
	}
	c.equal("windows that ended, sim", s.expired["sim"], uint64(t.Expired))
}

// checker collects what differs.
type checker struct{ found []string }

func (c *checker) equal(what string, have, want uint64) {
	if have != want {
		c.found = append(c.found, fmt.Sprintf("%s: %d, must be %d", what, have, want))
	}
}
