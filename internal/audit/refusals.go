package audit

import (
	"net/netip"
	"sync"
	"time"

	"waybill/schemas"
)

const (
	// window is how long the same refusals are counted in one entry.
	window = time.Minute
	// maxOpen is how many entries are counted in at a time. Beyond it refusals are
	// told apart by act and reason alone, so that memory and the topic stay
	// bounded, however many addresses somebody has.
	maxOpen = 200
	// networkBits is what one household has of IPv6: its addresses count as one.
	networkBits = 64
)

// likeness is what refusals have in common that are counted in one entry.
type likeness struct{ tenant, kind, actor, address, act, reason string }

// refusals counts what is refused.
type refusals struct {
	mu   sync.Mutex
	open map[likeness]*schemas.AuditEntry
}

// take counts a refusal. It returns the entry to be written: the first of its
// likeness, nil for one that was counted with others.
func (r *refusals) take(e *schemas.AuditEntry) *schemas.AuditEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = make(map[likeness]*schemas.AuditEntry)
	}
	of := likeness{e.Tenant, e.ActorKind, e.Actor, network(e.Address), e.Act, e.Reason}
	if r.open[of] == nil && len(r.open) >= maxOpen {
		of = likeness{act: e.Act, reason: e.Reason}
		e.Tenant, e.ActorKind, e.Actor, e.Address = "", schemas.ActorStranger, "", ""
		e.Detail = "of many, who are not told apart"
	}
	known := r.open[of]
	if known == nil {
		r.open[of] = e
		first := *e
		return &first
	}
	known.Count++
	if known.ObjectID != e.ObjectID {
		known.ObjectID = "" // of several
	}
	if known.Address != e.Address {
		known.Address = of.address
	}
	return nil
}

// over ends the entries that began before a time, and returns those that have
// counted.
func (r *refusals) over(before time.Time) []*schemas.AuditEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	var counted []*schemas.AuditEntry
	for of, e := range r.open {
		if !e.OccurredAt.Before(before) {
			continue
		}
		delete(r.open, of)
		if e.Count > 1 {
			e.Revision++
			counted = append(counted, e)
		}
	}
	return counted
}

// network is what addresses are counted by.
func network(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil || !at.Is6() || at.Is4In6() {
		return address
	}
	prefix, err := at.WithZone("").Prefix(networkBits)
	if err != nil {
		return address
	}
	return prefix.String()
}
