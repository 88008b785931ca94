package tracking

import (
	"cmp"

	"waybill/schemas"
)

// orderKey is what events are ordered by (O2): when they occurred, for
// ordering, in milliseconds; then, for ties, rank, source priority and arrival.
type orderKey struct {
	at       int64
	rank     uint8
	priority uint8
	arrived  int64
}

func (k orderKey) compare(o orderKey) int {
	return cmp.Or(
		cmp.Compare(k.at, o.at), cmp.Compare(k.rank, o.rank),
		cmp.Compare(k.priority, o.priority), cmp.Compare(k.arrived, o.arrived),
	)
}

func (k orderKey) before(o orderKey) bool { return k.compare(o) < 0 }

// priority ranks the ways in (O2): the more direct one wins a tie.
func priority(sourceKind string) uint8 {
	switch sourceKind {
	case schemas.SourceCarrierPush:
		return 3
	case schemas.SourceProviderPush:
		return 2
	case schemas.SourcePoll:
		return 1
	}
	return 0
}
