package analytics

import (
	"context"
	_ "embed" // the query is a file beside the code
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/schemas"
	"waybill/schemas/status"
)

//go:embed baselines/build.sql
var buildBaselines string

// longestLifeDays is how long before the asked time a shipment may have begun
// and still have scans in it (D9).
const longestLifeDays = 400

type baselineRow struct {
	Level              string    `ch:"level"`
	Carrier            string    `ch:"carrier"`
	Service            string    `ch:"service"`
	OriginCountry      string    `ch:"origin_country"`
	OriginState        string    `ch:"origin_state"`
	DestinationCountry string    `ch:"destination_country"`
	DestinationState   string    `ch:"destination_state"`
	Status             string    `ch:"status"`
	Samples            int64     `ch:"samples"`
	Gaps               []float64 `ch:"gaps"`
	Parcels            int64     `ch:"parcels"`
	Quantiles          []float64 `ch:"quantiles"`
}

// BuildBaselines works out how long things usually take (D3, D4): of the gaps
// and transits that began in [since, until), as they were known at until. Rows
// that rest on less than schemas.BaselineMinSamples of both are left out. The
// model says which codes tell no status.
func BuildBaselines(ctx context.Context, conn driver.Conn, model *status.Model, since, until time.Time) ([]schemas.Baseline, error) {
	if !since.Before(until) {
		return nil, fmt.Errorf("building baselines: their time begins at %s and ends at %s; it must end later", since.Format(time.RFC3339), until.Format(time.RFC3339))
	}
	noStatus := []string{}
	for _, c := range model.Codes() {
		if c.DataOnly || c.Status.OfRegistration {
			noStatus = append(noStatus, c.Name)
		}
	}
	var found []baselineRow
	err := conn.Select(ctx, &found, buildBaselines,
		clickhouse.Named("since", since.UTC().Format(timeLayout)), clickhouse.Named("until", until.UTC().Format(timeLayout)),
		clickhouse.Named("no_status", noStatus), clickhouse.Named("least", schemas.BaselineMinSamples),
		clickhouse.Named("longest_life_days", longestLifeDays),
	)
	if err != nil {
		return nil, fmt.Errorf("building baselines of %s to %s: %w", since.Format(time.RFC3339), until.Format(time.RFC3339), err)
	}
	rows := make([]schemas.Baseline, len(found))
	for i, r := range found {
		rows[i] = schemas.Baseline{
			Level: r.Level, Carrier: r.Carrier, Service: r.Service,
			OriginCountry: r.OriginCountry, OriginState: r.OriginState,
			DestinationCountry: r.DestinationCountry, DestinationState: r.DestinationState, Status: r.Status,
			Samples: r.Samples, GapP50S: r.Gaps[0], GapP95S: r.Gaps[1], Parcels: r.Parcels, RemainingS: r.Quantiles,
		}
	}
	return rows, nil
}
