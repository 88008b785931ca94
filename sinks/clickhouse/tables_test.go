package clickhouse

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// Every field of a record must come to lie in the column of its name: a sample
// in which no two fields are alike is written and read back field by field.
func TestEveryFieldLiesInItsColumn(t *testing.T) {
	bed := newTestBed(t, 1)
	var event schemas.TrackingEvent
	var decision schemas.Decision
	var shipment schemas.Shipment
	var attempt schemas.WebhookAttempt
	var webhook schemas.WebhookJob
	var endpointEvent schemas.EndpointEvent
	var usage schemas.Usage
	var baseline schemas.Baseline
	var entry schemas.AuditEntry
	seed := &sampler{}
	for _, v := range []any{&event, &decision, &shipment, &webhook, &attempt, &endpointEvent, &usage, &baseline, &entry} {
		seed.fill(reflect.ValueOf(v).Elem())
	}
	event.Deleted = false // or it could not be seen
	webhook.Trigger = schemas.TriggerEvent
	entry.OccurredAt = today // which its TTL is not past
	entry.Act, entry.Outcome, entry.ActorKind = schemas.ActEndpointRotate, schemas.AuditRefused, schemas.ActorKey
	send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, &event)
	send(bed, schemas.TopicDecisions, bed.cfg.Codecs.Decision, &decision)
	send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, &shipment)
	send(bed, schemas.TopicWebhookJobs, bed.cfg.Codecs.WebhookJob, &webhook)
	send(bed, schemas.TopicEndpointEvents, bed.cfg.Codecs.EndpointEvent, &endpointEvent)
	send(bed, schemas.TopicWebhookAttempts, bed.cfg.Codecs.WebhookAttempt, &attempt)
	send(bed, schemas.TopicUsage, bed.cfg.Codecs.Usage, &usage)
	send(bed, schemas.TopicBaselines, bed.cfg.Codecs.Baseline, &baseline)
	send(bed, schemas.TopicAudit, bed.cfg.Codecs.AuditEntry, &entry)
	bed.run()

	bed.compare("tracking_events", event, "")
	bed.compare("decisions", decision, "")
	bed.compare("shipments", shipment, "")
	bed.compare("registrations", shipment.Registrations[0], "")
	bed.compare("acknowledgements", shipment.Registrations[0].Acknowledgements[0], "")
	bed.compare("exception_episodes", shipment.ExceptionEpisodes[0], "")
	bed.compare("eta_changes", shipment.ETAChanges[0], "")
	bed.compare("webhooks", webhook, "")
	bed.compare("webhook_attempts", attempt, "")
	bed.compare("endpoint_events", endpointEvent, "")
	bed.compare("usage", usage, "")
	bed.compare("baselines", baseline, "")
	bed.compare("audit", entry, "")
	for _, table := range tableNames() {
		require.Zero(t, ask[uint64](bed, "SELECT count() FROM "+table+" WHERE notEmpty(problems)"), table)
	}
}

// sampler gives every field a value of its own.
type sampler struct{ n int }

func (s *sampler) fill(v reflect.Value) {
	s.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", s.n))
	case reflect.Bool:
		v.SetBool(s.n%2 == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(s.n))
	case reflect.Float64:
		v.SetFloat(float64(s.n) + 0.5)
	case reflect.Uint8:
		v.SetUint(uint64('a' + s.n%26))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		s.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		s.fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{fmt.Sprint("key ", s.n): fmt.Sprint("value ", s.n)}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 1, 1, 0, 0, s.n, s.n*1e6, time.UTC)))
			return
		}
		for i := range v.NumField() {
			s.fill(v.Field(i))
			s.special(v.Type().Field(i), v.Field(i))
		}
	default:
		panic("a kind that no record has: " + v.Kind().String())
	}
}

// special mends fields that cannot have just any text.
func (s *sampler) special(f reflect.StructField, v reflect.Value) {
	name := f.Tag.Get("avro")
	enums := map[string]string{
		"leg": schemas.LegReturn, "occurred_precision": schemas.PrecisionMinute, "delivered_precision": schemas.PrecisionDay,
		"occurred_confidence": schemas.ConfidenceGiven, "source_kind": schemas.SourcePoll,
		"trigger": schemas.TriggerManual, "kind": schemas.EndpointEventRotated, "outcome": schemas.OutcomeExpired,
	}
	switch {
	case enums[name] != "":
		v.SetString(enums[name])
	case strings.HasSuffix(name, "_date"):
		v.Elem().SetString(time.Date(2026, 3, 1+s.n%200, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	}
}

// compare reads a table of one row and compares it with a record.
func (bed *testBed) compare(table string, record any, prefix string) {
	v := reflect.ValueOf(record)
	for i := range v.NumField() {
		name := prefix + v.Type().Field(i).Tag.Get("avro")
		field := v.Field(i)
		if table == "baselines" && name == "version" {
			name = "baseline_version"
		}
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		if place, ok := reflect.TypeAssert[schemas.Location](field); ok {
			bed.compare(table, place, "location_")
			continue
		}
		if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct {
			continue // a table of its own
		}
		require.Equal(bed.t, textOf(field.Interface()), ask[string](bed, "SELECT toString(assumeNotNull("+name+")) FROM "+table+" FINAL"), "%s.%s", table, name)
	}
}

func textOf(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.000")
	case []byte:
		return string(v)
	case []float64:
		return fmt.Sprintf("[%g]", v[0])
	case []string:
		return "['" + v[0] + "']"
	case map[string]string:
		for key, value := range v {
			return "{'" + key + "':'" + value + "'}"
		}
	}
	return fmt.Sprint(v)
}

// The sink fills every column that is not worked out by the server. A default is
// for rows of before there was the column.
func TestTheSinkKnowsEveryColumn(t *testing.T) {
	bed := newTestBed(t, 1)
	blocks := map[string][]string{}
	for _, i := range feeds(bed.cfg.Codecs) {
		for _, b := range i.(interface{ allBlocks() []block }).allBlocks() {
			blocks[b.tableName()] = b.columnNames()
		}
	}
	require.Len(t, blocks, len(tableNames()))
	for _, table := range tableNames() {
		rows, err := bed.conn.Query(context.Background(),
			"SELECT name FROM system.columns WHERE database = currentDatabase() AND default_kind IN ('', 'DEFAULT') AND table = '"+table+"'")
		require.NoError(t, err)
		var columns []string
		for rows.Next() {
			var name string
			require.NoError(t, rows.Scan(&name))
			columns = append(columns, name)
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
		slices.Sort(columns)
		filled := slices.Clone(blocks[table])
		slices.Sort(filled)
		require.Equal(t, columns, filled, table)
	}
}

func (c *collector[T]) allBlocks() []block { return c.rows(nil) }
