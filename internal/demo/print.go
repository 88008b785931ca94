package demo

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"waybill/analytics"
)

// print tells the figures in words, then the reports.
func (d *demo) print(ctx context.Context, w io.Writer, s *Summary) error {
	if s.Refused > 0 {
		fmt.Fprintf(w, "\n%-28s%8d, named above\n", "rows refused", s.Refused)
	}
	fmt.Fprintf(w, "\n%-28s%8d\n%-28s%8d, those sent twice included\n\nWhat became of the raw events\n", "registrations", s.Registrations, "raw events", s.RawEvents)
	printCounts(w, s.Decisions)
	fmt.Fprintf(w, "\n%-28s%8d\n\nWhat the rules noticed by themselves\n", "tracking events", s.TrackingEvents)
	printCounts(w, s.DerivedEvents)
	fmt.Fprintf(w, "\n%-28s%8d\n%-28s%8d, by the standardwebhooks library\n%-28s%8d\n%-28s%8d\n",
		"webhooks delivered", s.Webhooks.Delivered, "webhooks verified", s.Webhooks.Verified, "webhooks failed", s.Webhooks.Failed, "gaps in their sequences", s.SequenceGaps)
	printCounts(w, s.Webhooks.ByType)
	fmt.Fprintln(w, "\nRows in ClickHouse")
	printCounts(w, s.ClickHouse)
	for _, name := range []string{"on-time", "delays", "overdue", "exceptions", "scan-latency"} {
		result, err := d.defaultReport(ctx, name)
		if err != nil {
			return err
		}
		fmt.Fprintln(w)
		if err := result.Render(w, analytics.FormatTable); err != nil {
			return err
		}
	}
	return nil
}

// reportRows bounds how much of a list the demo shows.
const reportRows = 10

// defaultReport answers a report as it comes, cut to what fits on a screen.
func (d *demo) defaultReport(ctx context.Context, name string) (*analytics.Result, error) {
	report, err := analytics.FindReport(name)
	if err != nil {
		return nil, err
	}
	result, err := analytics.Run(ctx, d.conn, report, analytics.Params{})
	if err != nil {
		return nil, err
	}
	if len(result.Rows) > reportRows {
		result.Rows = result.Rows[:reportRows]
	}
	return result, nil
}

func printCounts(w io.Writer, counts map[string]uint64) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(w, "  %-26s%8d\n", name, counts[name])
	}
}
