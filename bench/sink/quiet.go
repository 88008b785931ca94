package sink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/roles"
)

const (
	// quietPartitions are those of each of the topics that the sink reads.
	quietPartitions = 32
	sinkTopics      = 8
	quietRate       = 200 // records a second, over all of them
	quietSeconds    = 15
)

// quiet is what many partitions with little on them came to.
type quiet struct {
	partitions int
	parts      float64 // a second, over all tables
	most       float64 // a second, in the table that has most
}

// quiet sends few records over many partitions to the sink, and counts the
// parts that it makes of them.
func (b *bench) quiet(ctx context.Context) (q quiet, err error) {
	s, err := newScene(ctx, quietPartitions, b.load.topics())
	if err != nil {
		return q, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.stopMerges(ctx, sunk); err != nil {
		return q, err
	}
	p, err := s.start(ctx, "", roles.ClickHouse)
	if err != nil {
		return q, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Begin(); err != nil {
		return q, err
	}
	count := min(quietRate*quietSeconds, len(b.load.records))
	records := make([]*kgo.Record, 0, count)
	b.load.write(func(r *kgo.Record) { records = append(records, r) }, count)
	began := time.Now()
	if _, err := rig.Pace(p.Alive(), s.Addrs(), records, quietRate); err != nil {
		return q, err
	}
	if err := s.Handled(p.Alive(), roles.ClickHouse); err != nil {
		return q, err
	}
	took := time.Since(began).Seconds()
	if _, err := p.End(); err != nil {
		return q, err
	}
	all, err := s.parts(ctx)
	if err == nil && all == 0 {
		err = fmt.Errorf("no part was made of %d records", count)
	}
	if err != nil {
		return q, err
	}
	most, err := s.number(ctx, "SELECT max(n) FROM (SELECT count() AS n FROM system.parts WHERE "+sunkParts+" GROUP BY table)")
	q.partitions = sinkTopics * quietPartitions
	q.parts, q.most = float64(all)/took, float64(most-1)/took // the first part opens the time
	return q, err
}
