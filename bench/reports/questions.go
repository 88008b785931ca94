package reports

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
)

// question is one run of a report, as somebody would ask for it.
type question struct {
	report analytics.Report
	params analytics.Params
	asked  string // what the command line would have behind the report's name
}

// name is the question as it stands in the results.
func (q question) name() string {
	if q.asked == "" {
		return q.report.Name
	}
	return q.report.Name + " " + q.asked
}

// aTenant has a tenth of all parcels.
const aTenant = "shop-003"

// aParcel is what look-ups look for.
type aParcel struct{ carrier, trackingNumber, reference string }

// someParcel finds one of the tenant's that was delivered.
func someParcel(ctx context.Context, conn driver.Conn) (p aParcel, err error) {
	row := conn.QueryRow(ctx, "SELECT carrier, tracking_number, reference FROM registrations WHERE tenant = $1 AND outcome = 'late' AND first_of_parcel LIMIT 1", aTenant)
	if err := row.Scan(&p.carrier, &p.trackingNumber, &p.reference); err != nil {
		return p, fmt.Errorf("finding a parcel to look up: %w", err)
	}
	return p, nil
}

// questions asks every report for all there is, for one tenant and for the last
// thirty days, by each of its groups, and with each of its choices.
// Some reports can be named; none: all.
func questions(p aParcel, only []string) ([]question, error) {
	reports, err := analytics.Reports()
	if err != nil {
		return nil, err
	}
	for _, name := range only {
		if _, err := analytics.FindReport(name); err != nil {
			return nil, err
		}
	}
	if len(only) > 0 {
		reports = slices.DeleteFunc(reports, func(r analytics.Report) bool { return !slices.Contains(only, r.Name) })
	}
	var all []question
	for _, r := range reports {
		switch {
		case takes(r, "tracking_number"):
			all = append(all, question{r, analytics.Params{Carrier: p.carrier, TrackingNumber: p.trackingNumber}, "CARRIER NUMBER"},
				question{r, analytics.Params{TrackingNumber: p.trackingNumber}, "NUMBER"},
				question{r, analytics.Params{Tenant: aTenant, Carrier: p.carrier, TrackingNumber: p.trackingNumber}, "CARRIER NUMBER --tenant"})
		case takes(r, "reference"):
			all = append(all, question{r, analytics.Params{Tenant: aTenant, Reference: p.reference}, "--tenant --reference"})
		default:
			all = append(all, ofMany(r)...)
		}
	}
	return all, nil
}

func takes(r analytics.Report, parameter string) bool {
	return slices.Contains(r.Parameters, parameter)
}

// ofMany are the questions to a report over many parcels.
func ofMany(r analytics.Report) []question {
	all := []question{{report: r}}
	for _, dimension := range r.Dimensions {
		all = append(all, question{r, analytics.Params{By: []string{dimension}}, "--by " + dimension})
	}
	if takes(r, "tenant") {
		all = append(all, question{r, analytics.Params{Tenant: aTenant}, "--tenant"})
	}
	if takes(r, "since") {
		all = append(all, question{r, analytics.Params{Last: 30 * 24 * time.Hour}, "--since 30d"})
	}
	for _, c := range r.Choices {
		for _, value := range c.Values[1:] {
			params := analytics.Params{}
			if c.Parameter == "basis" {
				params.Basis = value
			} else {
				params.Dates = value
			}
			all = append(all, question{r, params, "--" + c.Parameter + " " + value})
		}
	}
	return all
}
