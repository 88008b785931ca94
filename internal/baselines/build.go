package baselines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics"
	"waybill/schemas"
	"waybill/schemas/status"
)

// DefaultSpan is how much of the past a version rests on: long enough for
// enough parcels, short enough to follow the season.
const DefaultSpan = 90 * 24 * time.Hour

// ErrTooFew says that nothing was written, for nothing happened often enough.
var ErrTooFew = errors.New("building baselines: no carrier has enough gaps or parcels in that time; the version in use stays")

// Builder makes versions of the table.
type Builder struct {
	// Kafka holds the options of its Kafka client; Prefix stands before topics.
	Kafka  []kgo.Opt
	Prefix string
	Codecs *schemas.Codecs
	Model  *status.Model
	// Span is how much of the past a version rests on where since is not given.
	// 0: DefaultSpan.
	Span time.Duration
	// ClickHouse is connected to the database with the tables.
	ClickHouse driver.Conn
	// Progress hears how many rows ClickHouse has read for it, of how many as it
	// then reckons. It may be nil.
	Progress func(done, total int)
}

// Build makes a version from what happened since and until an instant, as it
// was known then, and writes it. A zero until is the highest stream time in the
// tables, a zero since is Span before that. It gives ErrTooFew when there
// is nothing to write, and ErrAnother when another process began to build.
func (b *Builder) Build(ctx context.Context, since, until, now time.Time) (*schemas.BaselineVersion, error) {
	return b.build(ctx, since, until, now, func([]schemas.BaselineVersion) bool { return true })
}

// build makes a version if, now that nobody else can write one, wanted says so
// of those there are; else it gives none.
func (b *Builder) build(ctx context.Context, since, until, now time.Time, wanted func([]schemas.BaselineVersion) bool) (*schemas.BaselineVersion, error) {
	client, err := openWriter(ctx, b.Kafka, b.Prefix)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	entries, err := values(ctx, client, b.Prefix)
	if err != nil {
		return nil, err
	}
	versions := schemas.BaselineVersions(b.Codecs.Baseline, entries)
	if !wanted(versions) {
		return nil, nil //nolint:nilnil // none is wanted, and nothing went wrong
	}
	since, until, err = b.span(ctx, since, until)
	if err != nil {
		return nil, err
	}
	rows, err := analytics.BuildBaselines(b.told(ctx), b.ClickHouse, b.Model, since, until)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrTooFew
	}
	whole := schemas.NewBaselineVersion(rows, now, since, until)
	records, err := added(b.Prefix, b.Codecs.Baseline, whole)
	if err != nil {
		return nil, err
	}
	if err := write(ctx, client, records); err != nil {
		return nil, err
	}
	old := removed(b.Prefix, b.Codecs.Baseline, entries, schemas.NewBaselineTable(b.Codecs.Baseline, entries).Version())
	if err := write(ctx, client, old); err != nil && !errors.Is(err, ErrAnother) { // who removes them then
		return nil, err
	}
	return versionOf(whole), nil
}

// told is ctx for a question of which Progress hears.
func (b *Builder) told(ctx context.Context) context.Context {
	if b.Progress == nil {
		return ctx
	}
	var done, total int
	return ch.Context(ctx, ch.WithProgress(func(p *ch.Progress) { // it has what was added since the last
		done, total = done+int(p.Rows), total+int(p.TotalRows)
		b.Progress(done, total)
	}))
}

// span fills in what is not given.
func (b *Builder) span(ctx context.Context, since, until time.Time) (from, to time.Time, err error) {
	if until.IsZero() {
		if until, err = analytics.StreamTime(ctx, b.ClickHouse); err != nil {
			return since, until, fmt.Errorf("building baselines: %w", err)
		}
		if until.IsZero() {
			return since, until, ErrTooFew
		}
	}
	if since.IsZero() {
		since = until.Add(-cmp.Or(b.Span, DefaultSpan))
	}
	return since, until, nil
}

func versionOf(whole []schemas.Baseline) *schemas.BaselineVersion {
	last := len(whole) - 1
	v := &schemas.BaselineVersion{Version: whole[last].Version, Manifest: &whole[last]}
	for i := range whole[:last] {
		v.Rows = append(v.Rows, &whole[i])
	}
	return v
}
