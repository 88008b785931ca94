package analytics

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Cluster says how tables lie on several servers. The zero value is one server.
//
// Each server has its rows in tables of a second database, <database>_local. The
// tables of the database itself are Distributed over them, by parcel, so all
// rows of one key are on one shard, where final reads find them. Whoever reads
// or writes does it there, and sees no difference.
type Cluster struct {
	// Name of the cluster in the servers' configuration (remote_servers).
	Name string
	// Replicated: the tables of a shard's replicas are one, and statements reach
	// all servers (ON CLUSTER). It needs Keeper, and the macros shard and replica.
	// Else there is one server a shard, and each has to be migrated.
	Replicated bool
}

// localSuffix is what the database of a server's own rows is called after the
// database.
const localSuffix = "_local"

// Settings are what a connection needs that reads or writes over several servers:
// the right side of a join is asked once and sent to all, an insert is answered
// when the rows are there, and servers read each other's times, which they write
// as numbers. Nil on one server.
func (c Cluster) Settings() clickhouse.Settings {
	if c.Name == "" {
		return nil
	}
	return clickhouse.Settings{
		"distributed_product_mode": "global", "distributed_foreground_insert": 1, "cast_string_to_date_time_mode": "basic",
	}
}

// options gives the options of a connection with the settings.
func (c Cluster) options(of *clickhouse.Options) *clickhouse.Options {
	options := *of
	options.Settings = make(clickhouse.Settings)
	maps.Copy(options.Settings, of.Settings)
	maps.Copy(options.Settings, c.Settings())
	return &options
}

// local gives the options of a connection to the tables that hold rows.
func (c Cluster) local(of *clickhouse.Options) *clickhouse.Options {
	options := c.options(of)
	if c.Name != "" {
		options.Auth.Database += localSuffix
	}
	return options
}

// databases are those that hold the tables.
func (c Cluster) databases(database string) []string {
	if c.Name == "" {
		return []string{database}
	}
	return []string{database, database + localSuffix}
}

// journalEngine has one journal for all servers where statements reach all.
func (c Cluster) journalEngine() string {
	if !c.Replicated {
		return "ReplacingMergeTree"
	}
	return ofCluster + ")"
}

var (
	ofTable = regexp.MustCompile(`^(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE) (\w+)`)
	ofView  = regexp.MustCompile(`^(?:CREATE OR REPLACE VIEW|CREATE VIEW IF NOT EXISTS|CREATE MATERIALIZED VIEW IF NOT EXISTS|DROP VIEW IF EXISTS) (\w+)`)
	engine  = regexp.MustCompile(`(?m)^ENGINE = ReplacingMergeTree(\()?`)
)

// Places in Keeper: of the rows that a shard has, and of those that all servers
// have the same.
const (
	ofShard   = "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
	ofCluster = "ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}', '{shard}-{replica}'"
)

// placed is a statement and where it is carried out.
type placed struct {
	sql string
	// table whose rows each server has its own of, and which has to be shown anew
	// afterwards. Empty: the statement is of the database that shows them.
	table string
}

// place says where a statement of a migration belongs. Rollups are made by each
// server for itself, of all servers' rows; holidays are the same on all.
func (c Cluster) place(statement string) (placed, error) {
	table := tableOf(statement)
	switch {
	case c.Name == "":
		return placed{sql: statement}, nil
	case ofView.MatchString(statement), strings.HasPrefix(table, "rollup_"):
		return placed{sql: c.everywhere(statement)}, nil
	case table == "holidays":
		return placed{sql: c.everywhere(c.replicate(statement, ofCluster))}, nil
	case table == "":
		return placed{}, fmt.Errorf("placing a statement on cluster %s: it begins with %.40q; it can make or change a table or a view", c.Name, statement)
	}
	return placed{sql: c.everywhere(c.replicate(statement, ofShard)), table: table}, nil
}

// replicate gives a table the engine with a place in Keeper.
func (c Cluster) replicate(statement, replicated string) string {
	if !c.Replicated {
		return statement
	}
	return engine.ReplaceAllStringFunc(statement, func(found string) string {
		if strings.HasSuffix(found, "(") {
			return "ENGINE = " + replicated + ", "
		}
		return "ENGINE = " + replicated + ")"
	})
}

func tableOf(statement string) string {
	if head := ofTable.FindStringSubmatch(statement); head != nil {
		return head[1]
	}
	return ""
}

// everywhere makes a statement one for all servers.
func (c Cluster) everywhere(statement string) string {
	if !c.Replicated {
		return statement
	}
	for _, head := range []*regexp.Regexp{ofTable, ofView} {
		if at := head.FindStringIndex(statement); at != nil {
			return statement[:at[1]] + " " + c.clause() + statement[at[1]:]
		}
	}
	return statement
}

// clause makes a statement reach all servers; it is empty where each is migrated
// for itself.
func (c Cluster) clause() string {
	if !c.Replicated {
		return ""
	}
	return "ON CLUSTER " + QuoteText(c.Name)
}
