package demo

import (
	"context"
	"fmt"
	"slices"

	"waybill/analytics"
)

// report answers one report, grouped as said.
func (d *demo) report(ctx context.Context, name string, by ...string) (*analytics.Result, error) {
	report, err := analytics.FindReport(name)
	if err != nil {
		return nil, err
	}
	return analytics.Run(ctx, d.conn, report, analytics.Params{By: append([]string{}, by...)})
}

// countReports takes the figures of the reports that are compared, over all
// and for each carrier.
func (d *demo) countReports(ctx context.Context, s *Summary) error {
	onTime, err := d.report(ctx, "on-time", "carrier")
	if err != nil {
		return err
	}
	for _, row := range onTime.Rows {
		get := column(onTime, row)
		figures := OnTime{
			Delivered: get("delivered"), Early: get("early"), OnTime: get("on_time"), Late: get("late"),
			Unknown: get("unknown"), Open: get("open"),
		}
		s.carrier(fmt.Sprint(row[0])).onTime = figures
		s.Reports.OnTime.add(figures)
	}
	latency, err := d.report(ctx, "scan-latency", "carrier")
	if err != nil {
		return err
	}
	for _, row := range latency.Rows {
		later := column(latency, row)("later_than_occurred")
		s.carrier(fmt.Sprint(row[0])).laterThanOccurred = later
		s.Reports.ScanLatency.LaterThanOccurred += later
	}
	return nil
}

// column looks a count up in a row by the column's name.
func column(result *analytics.Result, row []any) func(name string) uint64 {
	return func(name string) uint64 {
		at := slices.IndexFunc(result.Columns, func(c analytics.Column) bool { return c.Name == name })
		if at < 0 {
			return 0
		}
		n, _ := row[at].(uint64)
		return n
	}
}

func (o *OnTime) add(other OnTime) {
	o.Delivered += other.Delivered
	o.Early += other.Early
	o.OnTime += other.OnTime
	o.Late += other.Late
	o.Unknown += other.Unknown
	o.Open += other.Open
}

// carrierFigures are those that the demo checks for one carrier.
type carrierFigures struct {
	parcels, references uint64
	onTime              OnTime
	laterThanOccurred   uint64
	deliveredWebhooks   uint64
	byStatus            map[string]uint64
	// exceptions counts episodes by opening code; openExceptions those that
	// have not ended.
	exceptions     map[string]uint64
	openExceptions uint64
	doNotTrack     uint64
}

func (s *Summary) carrier(name string) *carrierFigures {
	if s.carriers[name] == nil {
		s.carriers[name] = &carrierFigures{}
	}
	return s.carriers[name]
}

// countCarriers takes the figures that are checked for each carrier.
func (d *demo) countCarriers(ctx context.Context, s *Summary) error {
	for name, f := range s.carriers {
		var err error
		count := func(query string) (n uint64) {
			if err == nil {
				err = d.conn.QueryRow(ctx, query, name).Scan(&n)
			}
			return n
		}
		f.parcels = count("SELECT uniqExact(tracking_number) FROM registrations FINAL WHERE carrier = ?")
		f.references = count("SELECT uniqExact(reference) FROM registrations FINAL WHERE carrier = ?")
		f.doNotTrack = count("SELECT count() FROM registrations FINAL WHERE carrier = ? AND state = 'do_not_track'")
		f.deliveredWebhooks = count("SELECT uniqExact(job_id) FROM webhook_attempts FINAL WHERE carrier = ? AND type = 'tracking.delivered' AND outcome = 'delivered'")
		f.openExceptions = count("SELECT count() FROM exception_episodes FINAL WHERE carrier = ? AND closed_at IS NULL")
		if err != nil {
			return fmt.Errorf("counting carrier %s: %w", name, err)
		}
		if f.byStatus, err = d.countBy(ctx, "SELECT status, count() FROM shipments FINAL WHERE carrier = ? GROUP BY status", name); err != nil {
			return fmt.Errorf("counting shipments of carrier %s: %w", name, err)
		}
		if f.exceptions, err = d.countBy(ctx, "SELECT code, count() FROM exception_episodes FINAL WHERE carrier = ? GROUP BY code", name); err != nil {
			return fmt.Errorf("counting exceptions of carrier %s: %w", name, err)
		}
	}
	return nil
}
