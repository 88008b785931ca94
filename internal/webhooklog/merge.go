package webhooklog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Position is where a webhook lies on webhook-jobs.
type Position struct {
	Partition int32 `ch:"source_partition" json:"partition"`
	Offset    int64 `ch:"source_offset" json:"offset"`
}

// String gives a position as <partition>:<offset>.
func (p Position) String() string {
	return strconv.Itoa(int(p.Partition)) + ":" + strconv.FormatInt(p.Offset, 10)
}

// ParsePosition reads what String gave.
func ParsePosition(text string) (p Position, err error) {
	if n, err := fmt.Sscanf(text, "%d:%d", &p.Partition, &p.Offset); n != 2 || err != nil || p.String() != text || p.Partition < 0 || p.Offset < 0 {
		return Position{}, errors.New("it is no place on the log; it is <partition>:<offset>, such as 3:17")
	}
	return p, nil
}

// arrival is a webhook by its position and when it came onto the log.
type arrival struct {
	Position

	ArrivedAt time.Time `ch:"arrived_at"`
}

// merge puts webhooks of several partitions in one order, that of their arrival,
// and gives the first limit of it and whether there is more. It is handed the
// first limit and one of each partition.
//
// Clocks of writers differ, so within a partition a webhook counts as arrived no
// earlier than those before it: what is taken of each partition is always what
// comes first in it. A parcel's webhooks for an endpoint lie in one partition, so
// they stay in their sequence.
func merge(all []arrival, limit int) (first []arrival, more bool) {
	given := len(all)
	slices.SortFunc(all, func(a, b arrival) int { return comparePositions(a.Position, b.Position) })
	all = slices.CompactFunc(all, func(a, b arrival) bool { return a.Position == b.Position })
	reached := make(map[int32]time.Time)
	for i, a := range all {
		if a.ArrivedAt.Before(reached[a.Partition]) {
			all[i].ArrivedAt = reached[a.Partition]
		}
		reached[a.Partition] = all[i].ArrivedAt
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return a.ArrivedAt.Compare(b.ArrivedAt) })
	return all[:min(limit, len(all))], given > limit
}

func comparePositions(a, b Position) int {
	return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
}
