package clickhouse

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// truth is what the tables must say, worked out from the records on the topics
// alone and by other means than the sink's: of each thing the highest version,
// and of a shipment what its highest revision holds.
type truth map[string]*tableTruth

// tableTruth is the truth of one table.
type tableTruth struct {
	key []string
	// rows are those that count, by key.
	rows map[string]tableRow
	// said are all that any record ever said, by key and version. A row that a
	// correction took away may still lie there, as it was said.
	said map[string]map[string]tableRow
}

// tableRow is one row, column by column, as the server writes it as text.
type tableRow map[string]string

func emptyTruth() truth {
	parcel := []string{"carrier", "tracking_number", "epoch"}
	keys := map[string][]string{
		"tracking_events":    append(parcel[:3:3], "event_id"),
		"decisions":          {"source_topic", "source_partition", "source_offset"},
		"shipments":          parcel,
		"registrations":      append(parcel[:3:3], "tenant", "registration_id"),
		"acknowledgements":   append(parcel[:3:3], "tenant", "registration_id", "opening_event_id"),
		"exception_episodes": append(parcel[:3:3], "opening_event_id"),
		"eta_changes":        append(parcel[:3:3], "causing_event_id"),
		"webhooks":           {"tenant", "source_partition", "source_offset"},
		"webhook_attempts":   {"tenant", "endpoint_id", "job_id", "attempt", "manual_at"},
		"endpoint_events":    {"tenant", "endpoint_id", "event_id"},
		"usage":              {"tenant", "registration_id"},
		"audit":              {"tenant", "occurred_at", "entry_id"},
		"baselines":          {"baseline_version", "level", "carrier", "service", "status"},
	}
	all := make(truth)
	for table, key := range keys {
		all[table] = &tableTruth{key: key, rows: make(map[string]tableRow), said: make(map[string]map[string]tableRow)}
	}
	return all
}

// truthOf works out the truth from records with full topic names.
func truthOf(t testing.TB, codecs *schemas.Codecs, prefix string, records []*kgo.Record) truth {
	t.Helper()
	all := emptyTruth()
	newest := make(map[string]*schemas.Shipment)
	for _, rec := range records {
		switch topic := strings.TrimPrefix(rec.Topic, prefix); topic {
		case schemas.TopicShipments:
			s := decoded(t, codecs.Shipment, rec)
			all.say("shipments", fieldsOf(s, nil), s.Revision)
			all.hang(s, false)
			parcel := fmt.Sprint(s.Carrier, s.TrackingNumber, s.Epoch)
			if newest[parcel] == nil || s.Revision > newest[parcel].Revision {
				newest[parcel] = s
			}
		case schemas.TopicTrackingEvents:
			e := decoded(t, codecs.TrackingEvent, rec)
			all.say("tracking_events", fieldsOf(e, map[string]string{"is_deleted": map[bool]string{true: "1", false: "0"}[e.Deleted]}), e.Revision)
		case schemas.TopicDecisions:
			d := decoded(t, codecs.Decision, rec)
			all.say("decisions", fieldsOf(d, nil), d.Version)
		case schemas.TopicWebhookJobs:
			if j := decoded(t, codecs.WebhookJob, rec); j.Trigger == schemas.TriggerEvent {
				all.say("webhooks", fieldsOf(j, map[string]string{
					"source_partition": fmt.Sprint(rec.Partition), "source_offset": fmt.Sprint(rec.Offset), "arrived_at": serverText(rec.Timestamp),
				}), 1)
			}
		case schemas.TopicWebhookAttempts:
			a, manual := decoded(t, codecs.WebhookAttempt, rec), time.UnixMilli(0)
			if a.Trigger == schemas.TriggerManual {
				manual = a.StartedAt
			}
			all.say("webhook_attempts", fieldsOf(a, map[string]string{"manual_at": serverText(manual)}), 1)
		case schemas.TopicEndpointEvents:
			all.say("endpoint_events", fieldsOf(decoded(t, codecs.EndpointEvent, rec), nil), 1)
		case schemas.TopicBaselines:
			b := decoded(t, codecs.Baseline, rec)
			all.say("baselines", fieldsOf(b, map[string]string{"baseline_version": b.Version}), 1)
		case schemas.TopicAudit:
			e := decoded(t, codecs.AuditEntry, rec)
			all.say("audit", fieldsOf(e, nil), e.Revision)
		case schemas.TopicUsage:
			all.say("usage", fieldsOf(decoded(t, codecs.Usage, rec), nil), 1)
		default:
			require.Fail(t, "a record of a topic that the sink does not read", topic)
		}
	}
	for _, s := range newest {
		all.hang(s, true)
	}
	for table := range all {
		maps.DeleteFunc(all[table].rows, func(_ string, row tableRow) bool { return row["is_deleted"] == "1" })
	}
	return all
}

func decoded[T any](t testing.TB, codec *schemas.Codec[T], rec *kgo.Record) *T {
	t.Helper()
	value, err := codec.Decode(rec.Value)
	require.NoError(t, err)
	return value
}

// say tells a version of a row; the highest counts.
func (all truth) say(table string, row tableRow, version int64) {
	key := all.note(table, row, version)
	if now, known := all[table].rows[key]; !known || version >= atoi(now["version"]) {
		all[table].rows[key] = row
	}
}

// note tells that a row was said, and gives its key.
func (all truth) note(table string, row tableRow, version int64) string {
	row["version"] = fmt.Sprint(version)
	if row["is_deleted"] == "" {
		row["is_deleted"] = "0"
	}
	row["problems"] = "[]"
	key := all[table].keyOf(row)
	if all[table].said[key] == nil {
		all[table].said[key] = make(map[string]tableRow)
	}
	all[table].said[key][row["version"]] = row
	return key
}

// hang tells what hangs on a revision of a shipment, and, if it is the newest,
// that this and nothing else counts. Registrations stay.
func (all truth) hang(s *schemas.Shipment, newest bool) {
	parcel := fieldsOf(s, nil)
	tell := func(table string, row tableRow) {
		if key := all.note(table, row, s.Revision); newest {
			all[table].rows[key] = row
		}
	}
	ids := tableRow{"carrier": parcel["carrier"], "tracking_number": parcel["tracking_number"], "epoch": parcel["epoch"]}
	for i := range s.ExceptionEpisodes {
		tell("exception_episodes", fieldsOf(&s.ExceptionEpisodes[i], ids))
	}
	for i := range s.ETAChanges {
		tell("eta_changes", fieldsOf(&s.ETAChanges[i], ids))
	}
	first, firstOf := firsts(s)
	for i := range s.Registrations {
		r := &s.Registrations[i]
		row := maps.Clone(parcel)
		maps.Copy(row, fieldsOf(r, nil))
		row["first_of_parcel"], row["first_of_tenant"] = fmt.Sprint(r.RegistrationID == first), fmt.Sprint(r.RegistrationID == firstOf[r.Tenant])
		tell("registrations", row)
		for k := range r.Acknowledgements {
			row := fieldsOf(&r.Acknowledgements[k], ids)
			row["tenant"], row["registration_id"] = r.Tenant, r.RegistrationID
			tell("acknowledgements", row)
		}
	}
}

// firsts gives the ids of the registrations that stand for the parcel, and for
// it within each tenant: of those that stand for anything, the first by time.
func firsts(s *schemas.Shipment) (of string, tenants map[string]string) {
	tenants = make(map[string]string)
	var at time.Time
	atOf := make(map[string]time.Time)
	for _, r := range s.Registrations {
		if strings.Contains(" moved refused do_not_track ", " "+r.State+" ") {
			continue
		}
		if of == "" || r.RegisteredAt.Before(at) {
			of, at = r.RegistrationID, r.RegisteredAt
		}
		if tenants[r.Tenant] == "" || r.RegisteredAt.Before(atOf[r.Tenant]) {
			tenants[r.Tenant], atOf[r.Tenant] = r.RegistrationID, r.RegisteredAt
		}
	}
	return of, tenants
}

func (m *tableTruth) keyOf(row tableRow) string {
	var key []string
	for _, column := range m.key {
		key = append(key, row[column])
	}
	return strings.Join(key, "|")
}

// fieldsOf gives the fields of a record by their names in the contract, which
// are those of the columns, and more beside them.
func fieldsOf(record any, more map[string]string) tableRow {
	row := make(tableRow)
	v := reflect.Indirect(reflect.ValueOf(record))
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Tag.Get("avro"), v.Field(i)
		if field.Type() == reflect.TypeFor[*schemas.Location]() {
			place := schemas.Location{}
			if !field.IsNil() {
				place = *field.Interface().(*schemas.Location)
			}
			for part, text := range fieldsOf(&place, nil) {
				row["location_"+part] = text
			}
			continue
		}
		row[name] = serverText(field.Interface())
	}
	maps.Copy(row, more)
	return row
}

// serverText writes a value as the server does.
func serverText(value any) string {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "NULL"
		}
		return serverText(v.Elem().Interface())
	}
	switch value := value.(type) {
	case time.Time:
		return value.UTC().Format("2006-01-02 15:04:05.000")
	case []byte:
		return string(value)
	case []string:
		if len(value) == 0 {
			return "[]"
		}
		return "['" + strings.Join(value, "','") + "']"
	case []float64:
		return strings.ReplaceAll(fmt.Sprint(value), " ", ",")
	case map[string]string:
		for key, text := range value { // records have one at most
			return "{'" + key + "':'" + text + "'}"
		}
		return "{}"
	}
	return fmt.Sprint(value)
}
