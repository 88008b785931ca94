package sink

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/bench/webhooks"
)

// watch looks for events in the tables, as a report does.
type watch struct {
	conn  driver.Conn
	began time.Time
	came  []time.Time    // by event; zero for those that are not looked for or have not come
	left  map[string]int // numbers of events by tracking number
	looks []float64      // milliseconds
}

func newWatch(s *scene, count int) *watch {
	w := &watch{conn: s.conn, came: make([]time.Time, count), left: map[string]int{}}
	for i := 0; i < count; i += probeEvery {
		w.left[webhooks.TrackingNumber(i)] = i
	}
	return w
}

// visibleQuery finds those parcels whose event is there, with all that hangs
// on it: the sink writes the event after the shipment.
const visibleQuery = `
	SELECT e.tracking_number AS tracking_number
	FROM ` + sunk + `.tracking_events AS e INNER JOIN ` + sunk + `.shipments AS s USING (carrier, tracking_number, epoch)
	WHERE e.carrier = 'bench' AND e.tracking_number IN $1 AND s.carrier = 'bench' AND s.tracking_number IN $1
		AND e.type = 'tracking.event' AND s.status = 'DELIVERED'
	SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1`

// run looks until all have come.
func (w *watch) run(ctx context.Context) error {
	w.began = time.Now()
	for len(w.left) > 0 {
		due := w.due(time.Since(w.began))
		if len(due) > 0 {
			if err := w.look(ctx, due); err != nil {
				return err
			}
		}
		if !rig.Pause(ctx, lookEvery) {
			return fmt.Errorf("waiting for events in ClickHouse, of which %d have not come: %w", len(w.left), context.Cause(ctx))
		}
	}
	return nil
}

// due are those that were sent by now and have not come.
func (w *watch) due(since time.Duration) (numbers []string) {
	for number, i := range w.left {
		if time.Duration(i)*time.Second/visibleRate <= since {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

func (w *watch) look(ctx context.Context, due []string) error {
	var found []struct {
		Number string `ch:"tracking_number"`
	}
	began := time.Now()
	if err := w.conn.Select(ctx, &found, visibleQuery, due); err != nil {
		return fmt.Errorf("looking for events in ClickHouse: %w", err)
	}
	now := time.Now()
	w.looks = append(w.looks, float64(now.Sub(began).Microseconds())/1000)
	for _, f := range found {
		w.came[w.left[f.Number]] = now
		delete(w.left, f.Number)
	}
	return nil
}

// delays compares when each was sent with when it came.
func (w *watch) delays(sent []time.Time) delays {
	var took []float64
	for i := min(visibleCold, len(sent)/2); i < len(sent); i++ {
		if !w.came[i].IsZero() {
			took = append(took, float64(w.came[i].Sub(sent[i]).Microseconds())/1000)
		}
	}
	return delays{report.Quantile(took, 0.5), report.Quantile(took, 0.99), report.Quantile(took, 1), report.Quantile(w.looks, 0.5)}
}
