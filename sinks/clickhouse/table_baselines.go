package clickhouse

import (
	"time"

	"waybill/schemas"
)

// baselineTable holds one row for each row of a version of the table baselines,
// and one for its manifest. What the contract calls version is baseline_version
// here, for version is what engines of tables go by.
func baselineTable() *table[schemas.Baseline] {
	return &table[schemas.Baseline]{name: "baselines", columns: append([]column[schemas.Baseline]{
		plain("baseline_version", func(b *schemas.Baseline) string { return b.Version }),
		plain("level", func(b *schemas.Baseline) string { return b.Level }),
		plain("rows", func(b *schemas.Baseline) int64 { return b.Rows }),
		plain("carrier", func(b *schemas.Baseline) string { return b.Carrier }),
		plain("service", func(b *schemas.Baseline) string { return b.Service }),
		plain("origin_country", func(b *schemas.Baseline) string { return b.OriginCountry }),
		plain("origin_state", func(b *schemas.Baseline) string { return b.OriginState }),
		plain("destination_country", func(b *schemas.Baseline) string { return b.DestinationCountry }),
		plain("destination_state", func(b *schemas.Baseline) string { return b.DestinationState }),
		plain("status", func(b *schemas.Baseline) string { return b.Status }),
		plain("samples", func(b *schemas.Baseline) int64 { return b.Samples }),
		plain("gap_p50_s", func(b *schemas.Baseline) float64 { return b.GapP50S }),
		plain("gap_p95_s", func(b *schemas.Baseline) float64 { return b.GapP95S }),
		plain("parcels", func(b *schemas.Baseline) int64 { return b.Parcels }),
		plain("remaining_s", func(b *schemas.Baseline) []float64 { return b.RemainingS }),
		instant("built_at", func(b *schemas.Baseline) time.Time { return b.BuiltAt }),
		maybeInstant("since", func(b *schemas.Baseline) *time.Time { return b.Since }),
		maybeInstant("until", func(b *schemas.Baseline) *time.Time { return b.Until }),
	}, versioned(one[schemas.Baseline], never)...)}
}
