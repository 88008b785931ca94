package tracking

import (
	"fmt"
	"slices"
)

// makeRoom drops a registration that has ended when the shipment has as many as
// it may have. Its last form has been written, and stays in the tables as it
// was. So it is one by which nothing is counted, as long as there is such a one:
// else the next would be counted beside it.
func (s *shipment) makeRoom() error {
	if len(s.registrations) < maxRegistrations {
		return nil
	}
	at := -1
	for i := range s.registrations {
		if s.registrations[i].state != stateActive && (at < 0 || s.countedBy(i) < s.countedBy(at)) {
			at = i
		}
	}
	if at < 0 {
		return fmt.Errorf("registering a tenant: %d tenants follow this parcel already, which is the most there can be", maxRegistrations)
	}
	s.registrations = slices.Delete(s.registrations, at, at+1)
	return nil
}

// countedBy tells in how much analytics count the parcel by a registration: 0 not
// at all, 1 for its tenant, of whom there is no other, 2 for its tenant, 3 over all
// tenants. The first that stands for anything is counted.
func (s *shipment) countedBy(at int) int {
	g := &s.registrations[at]
	if !g.stands() {
		return 0
	}
	first, firstOfTenant, alone := true, true, true
	for i := range s.registrations {
		o := &s.registrations[i]
		if i == at || !o.stands() {
			continue
		}
		earlier := o.registered < g.registered || o.registered == g.registered && o.id < g.id
		first = first && !earlier
		if o.tenant == g.tenant {
			alone, firstOfTenant = false, firstOfTenant && !earlier
		}
	}
	switch {
	case first:
		return 3
	case !firstOfTenant:
		return 0
	case alone:
		return 1
	}
	return 2
}

// stands tells whether a registration is one that anything is counted by.
func (g *registration) stands() bool {
	return g.state != stateMoved && g.state != stateRefused && g.state != stateDoNotTrack
}
