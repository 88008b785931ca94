package analytics

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// erasable is what one table says of persons (P1).
type erasable struct {
	table string
	// at is the column that tells rows from before the erasure: later ones never
	// held any of it.
	at string
	// ofTenants: it has a column tenant. Where there is none, all rows are the
	// carrier's side, as are those of no tenant.
	ofTenants bool
	// but is a condition that rows must meet; empty: none.
	but string
	// columns are texts that become empty; others become what is said.
	columns []string
	others  []erased
}

// erased is a column that does not become empty, or is no text.
type erased struct {
	column string
	// becomes is its new value, holds is whether there is something to erase.
	becomes, holds string
}

// asked are the names of evidence that hold what somebody typed or gave.
const asked = `['reason', 'metadata', 'reference', 'transaction', 'tags', 'origin', 'destination']`

// emptied is what is left of a webhook's body, whatever its dialect.
const emptied = `,"erased":true}`

// erasables are the tables that hold something of persons. What the others hold,
// a test says column by column.
func erasables() []erasable {
	return []erasable{
		{
			table: "tracking_events", at: "object_updated", ofTenants: true, but: "type NOT IN ('action.erase', 'tracking.erased')",
			columns: []string{"description", "raw_status", "signed_by", "location_name", "location_city", "location_state", "location_postal_code"},
			others: []erased{{
				"evidence", "mapFilter((name, value) -> NOT has(" + asked + ", name), evidence)", "hasAny(mapKeys(evidence), " + asked + ")",
			}},
		},
		{
			table: "registrations", at: "updated_at", ofTenants: true,
			columns: []string{
				"metadata", "reference", "transaction", "reason", "origin_street", "origin_city", "origin_postal_code",
				"destination_street", "destination_city", "destination_postal_code",
			},
			others: []erased{{"tags", "[]", "notEmpty(tags)"}},
		},
		{table: "eta_changes", at: "changed_at", columns: []string{"reason"}},
		{
			table: "webhooks", at: "created_at", ofTenants: true,
			others: []erased{{
				"body", `concat('{"id":', toJSONString(job_id), ',"type":', toJSONString(toString(type)), '` + emptied + `')`, `NOT endsWith(body, '` + emptied + `')`,
			}},
		},
		{table: "webhook_attempts", at: "created_at", ofTenants: true, columns: []string{"response"}},
	}
}

// changes are the assignments that erase.
func (e *erasable) changes() string {
	var all []string
	for _, c := range e.columns {
		all = append(all, c+" = ''")
	}
	for _, o := range e.others {
		all = append(all, o.column+" = "+o.becomes)
	}
	return strings.Join(all, ", ")
}

// holds is the condition on rows that have something to erase.
func (e *erasable) holds() string {
	var some []string
	for _, c := range e.columns {
		some = append(some, c+" != ''")
	}
	for _, o := range e.others {
		some = append(some, o.holds)
	}
	condition := "(" + strings.Join(some, " OR ") + ")"
	if e.but != "" {
		condition += " AND " + e.but
	}
	return condition
}

// erasure is a row of the view erasures.
type erasure struct {
	Carrier  string    `ch:"carrier"`
	Number   string    `ch:"tracking_number"`
	Since    time.Time `ch:"since"`
	Until    time.Time `ch:"until"`
	Tenant   string    `ch:"tenant"`
	ErasedAt time.Time `ch:"erased_at"`
}

// of is the condition on rows of a table that an erasure is about; empty: none.
func (e *erasure) of(t *erasable) string {
	condition := "carrier = " + QuoteText(e.Carrier) + " AND tracking_number = " + QuoteText(e.Number) +
		" AND epoch BETWEEN " + instant(e.Since) + " AND " + instant(e.Until) + " AND " + t.at + " <= " + instant(e.ErasedAt)
	switch {
	case e.Tenant == "":
	case !t.ofTenants:
		return ""
	default:
		condition += " AND tenant = " + QuoteText(e.Tenant)
	}
	return "(" + condition + ")"
}

func instant(at time.Time) string {
	return "fromUnixTimestamp64Milli(" + strconv.FormatInt(at.UnixMilli(), 10) + ", 'UTC')"
}

// Erased says how many rows of a table had something of persons, old versions of
// rows included.
type Erased struct {
	Table string `json:"table"`
	Rows  uint64 `json:"rows"`
}

// erasedAtOnce is how many erasures one statement is about.
const erasedAtOnce = 50

// Erase makes the tables follow what was erased (P1): of all rows that an erasure
// since then is about, in every version that a table still holds, nothing of persons
// is left. It looks first, and where there is nothing to erase it changes nothing.
// So it can be run again at any time, and is to be: rows may come later than the
// erasure that they are of, all of them when tables are filled anew.
//
// Rows are gone from what is read when it returns; the parts of before go from the
// disk some minutes later (old_parts_lifetime).
func Erase(ctx context.Context, options *clickhouse.Options, cluster Cluster, since time.Time) ([]Erased, error) {
	conn, err := clickhouse.Open(cluster.options(options))
	if err != nil {
		return nil, fmt.Errorf("connecting to database %q: %w", options.Auth.Database, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	var all []erasure
	err = conn.Select(ctx, &all, "SELECT DISTINCT carrier, tracking_number, since, until, tenant, erased_at FROM erasures WHERE erased_at >= $1", since)
	if err != nil {
		return nil, fmt.Errorf("reading what was erased: %w", err)
	}
	done := []Erased{}
	for _, table := range erasables() {
		of := Erased{Table: table.table}
		for some := range slices.Chunk(all, erasedAtOnce) {
			rows, err := eraseFrom(ctx, conn, options, cluster, &table, some)
			if err != nil {
				return done, fmt.Errorf("erasing what table %s says of persons: %w", table.table, err)
			}
			of.Rows += rows
		}
		if of.Rows > 0 {
			done = append(done, of)
		}
	}
	return done, nil
}

// eraseFrom erases from one table, where there is anything. It gives the number of
// rows that had it.
func eraseFrom(ctx context.Context, conn driver.Conn, options *clickhouse.Options, cluster Cluster, table *erasable, some []erasure) (rows uint64, err error) {
	var about []string
	for i := range some {
		if condition := some[i].of(table); condition != "" {
			about = append(about, condition)
		}
	}
	if len(about) == 0 {
		return 0, nil
	}
	condition := "(" + strings.Join(about, " OR ") + ") AND " + table.holds()
	err = conn.QueryRow(ctx, "SELECT count() FROM "+table.table+" WHERE "+condition+" SETTINGS final = 0").Scan(&rows)
	if err != nil || rows == 0 {
		return 0, err
	}
	statement := cluster.everywhere("ALTER TABLE "+table.table+" UPDATE "+table.changes()+" WHERE "+condition) + " SETTINGS mutations_sync = 2"
	servers, err := cluster.servers(ctx, conn, options)
	if err != nil {
		return 0, err
	}
	for _, server := range servers {
		if err := execAt(ctx, server, statement); err != nil {
			return 0, err
		}
	}
	return rows, nil
}

func execAt(ctx context.Context, server *clickhouse.Options, statement string) error {
	conn, err := clickhouse.Open(server)
	if err != nil {
		return fmt.Errorf("connecting to database %q: %w", server.Auth.Database, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	return conn.Exec(ctx, statement)
}

// servers gives how each server is reached on which a statement about rows has to be
// carried out: any one, but of a cluster whose statements reach no other, all of
// them.
func (c Cluster) servers(ctx context.Context, conn driver.Conn, options *clickhouse.Options) ([]*clickhouse.Options, error) {
	here := c.local(options)
	here.ReadTimeout = longestStatement
	if c.Name == "" || c.Replicated {
		return []*clickhouse.Options{here}, nil
	}
	var found []struct {
		Host string `ch:"host_name"`
		Port uint16 `ch:"port"`
	}
	if err := conn.Select(ctx, &found, "SELECT host_name, port FROM system.clusters WHERE cluster = $1", c.Name); err != nil {
		return nil, fmt.Errorf("asking for the servers of cluster %s: %w", c.Name, err)
	}
	all := make([]*clickhouse.Options, len(found))
	for i, f := range found {
		there := *here
		there.Addr = []string{net.JoinHostPort(f.Host, strconv.Itoa(int(f.Port)))}
		all[i] = &there
	}
	return all, nil
}
