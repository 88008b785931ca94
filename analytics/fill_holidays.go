package analytics

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics/holidays"
)

// fillHolidays brings the holidays that the program knows into the database,
// where it has those of an older release of the library, or none. At each moment
// a report finds all of them: the new rows come first, then what is no holiday
// any more is withdrawn. It can be repeated, and done by two at once.
func fillHolidays(ctx context.Context, options *clickhouse.Options) error {
	conn, err := clickhouse.Open(options)
	if err != nil {
		return fmt.Errorf("connecting to database %q: %w", options.Auth.Database, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	var stored uint64
	err = conn.QueryRow(ctx, "SELECT min(version) FROM holidays WHERE source = 'library' SETTINGS final = 1").Scan(&stored)
	if err != nil {
		return fmt.Errorf("reading which holidays are stored: %w", err)
	}
	if stored >= holidays.Version {
		return nil
	}
	if err := insertHolidays(ctx, conn); err != nil {
		return fmt.Errorf("storing holidays: %w", err)
	}
	err = conn.Exec(ctx, `
		INSERT INTO holidays (country, day, name, source, version, is_deleted)
		SELECT country, day, name, source, $1, 1 FROM holidays WHERE source = 'library' AND version < $1 SETTINGS final = 1`, holidays.Version)
	if err != nil {
		return fmt.Errorf("withdrawing holidays of an older release: %w", err)
	}
	return nil
}

func insertHolidays(ctx context.Context, conn driver.Conn) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO holidays (country, day, name, source, version)")
	if err != nil {
		return err
	}
	defer batch.Close() //nolint:errcheck // Send has told
	for _, h := range holidays.All() {
		if err := batch.Append(h.Country, h.Day, h.Name, "library", uint64(holidays.Version)); err != nil {
			return err
		}
	}
	return batch.Send()
}
