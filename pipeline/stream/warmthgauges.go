package stream

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// warmthGauges are the series of state that is on its way to this process,
// read off when somebody asks. They are there as long as it is.
type warmthGauges struct {
	board                  *board
	tasks, restore, follow *prometheus.Desc
}

func newWarmthGauges(b *board, labels prometheus.Labels) *warmthGauges {
	return &warmthGauges{
		board:   b,
		tasks:   prometheus.NewDesc("waybill_stream_tasks", "Tasks of this process: ready, restoring, or followed as a standby.", []string{"state"}, labels),
		restore: prometheus.NewDesc("waybill_stream_restore_remaining_records", "Offsets that a restore has yet to read.", []string{"partition"}, labels),
		follow:  prometheus.NewDesc("waybill_stream_standby_lag_records", "Offsets that a standby is behind what is committed to the changelog.", []string{"partition"}, labels),
	}
}

func label(partition int32) string { return strconv.Itoa(int(partition)) }

// Describe implements prometheus.Collector.
func (g *warmthGauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.tasks, g.restore, g.follow} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g *warmthGauges) Collect(ch chan<- prometheus.Metric) {
	g.board.mu.Lock()
	ready := len(g.board.tasks)
	g.board.mu.Unlock()
	restores, standbys := g.board.restoresNow(), g.board.followed()
	emit := func(d *prometheus.Desc, value int64, label string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), label)
	}
	emit(g.tasks, int64(ready), "ready")
	emit(g.tasks, int64(len(restores)), "restoring")
	emit(g.tasks, int64(len(standbys)), "standby")
	for _, p := range restores {
		emit(g.restore, max(0, p.Remaining), label(p.Partition))
	}
	for partition, behind := range standbys {
		emit(g.follow, behind, label(partition))
	}
}
