package shipmentlog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// benchShipments are in the tables that the benchmarks ask, each with one
// registration of one of 10 tenants and five events.
const benchShipments = 1_000_000

// fill makes so many on the server.
func (b *bed) fill(t testing.TB, shipments int) {
	t.Helper()
	const parcel = `'royal-mail' AS carrier, 'AB' || leftPad(toString(number), 9, '0') || 'GB' AS tracking_number,
    toDateTime64('2026-05-01 00:00:00', 3, 'UTC') + intDiv(number, 100) AS epoch`
	for _, query := range []string{
		`INSERT INTO shipments (carrier, tracking_number, epoch, status, code, leg, status_at, created_at, updated_at, version)
SELECT ` + parcel + `, 'IN_TRANSIT', 'transit.moving', 'forward', epoch + 1, toDateTime64(epoch, 3), epoch + 2, 3 FROM numbers(%[1]d)`,
		`INSERT INTO registrations (carrier, tracking_number, epoch, registration_id, tenant, state, reference, registered_at, expires_at, backfill,
    status, code, shown_status, shown_code, updated_at, version, open_exceptions)
SELECT ` + parcel + `, 'r' || toString(number), 't' || toString(number %% 10), 'active', 'order ' || toString(number), epoch, epoch + 2592000, 'all',
    'IN_TRANSIT', 'transit.moving', 'IN_TRANSIT', 'transit.moving', epoch + 60, 3, number %% 1000 = 0 FROM numbers(%[1]d)`,
		`INSERT INTO tracking_events (carrier, tracking_number, epoch, event_id, type, status, code, occurred_at, occurred_precision, received_at, arrived_at, description, version)
SELECT carrier, tracking_number, epoch, lower(hex(sipHash64(tracking_number, n))), 'tracking.event', 'IN_TRANSIT', 'transit.moving', epoch + n * 3600, 'second',
    epoch + 1, epoch + 2, 'Item processed', 3 FROM (SELECT ` + parcel + `, arrayJoin(range(5)) AS n FROM numbers(%[1]d))`,
	} {
		require.NoError(t, b.log.conn.Exec(context.Background(), fmt.Sprintf(query, shipments)))
	}
}

// BenchmarkLookUps measures questions as the API asks them, beside bare queries
// by key: of one column, and of the row of a registration.
func BenchmarkLookUps(b *testing.B) {
	bed := newBed(b)
	bed.fill(b, benchShipments)
	ctx := context.Background()
	chance := rand.New(rand.NewPCG(1, 2)) // the same parcels each time
	for _, question := range []struct {
		name string
		ask  func(tenant, number string) error
	}{
		{"bare", func(_, number string) error {
			var status string
			return bed.log.conn.QueryRow(ctx, "SELECT status FROM shipments WHERE carrier = 'royal-mail' AND tracking_number = $1", number).Scan(&status)
		}},
		{"bare-row", func(tenant, number string) error {
			var rows []registrationRow
			return bed.log.conn.Select(ctx, &rows, "SELECT "+registrationColumns+" FROM registrations WHERE tenant = $1 AND carrier = 'royal-mail' AND tracking_number = $2", tenant, number)
		}},
		{"look", func(tenant, number string) error {
			p, err := bed.log.Look(ctx, tenant, "royal-mail", number)
			if err == nil && len(p.Events) != 5 {
				return fmt.Errorf("%s has %d events", number, len(p.Events))
			}
			return err
		}},
		{"explain", func(tenant, number string) error {
			_, err := bed.log.Explain(ctx, tenant, "royal-mail", number)
			return err
		}},
		{"list", func(tenant, _ string) error {
			_, err := bed.log.List(ctx, tenant, Filter{})
			return err
		}},
		{"find", func(tenant, _ string) error {
			yes := true
			_, err := bed.log.List(ctx, tenant, Filter{Exception: &yes, Text: "order"})
			return err
		}},
	} {
		b.Run(question.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				n := chance.IntN(benchShipments)
				begun := time.Now()
				require.NoError(b, question.ask(fmt.Sprint("t", n%10), fmt.Sprintf("AB%09dGB", n)))
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
