package grants

import (
	"fmt"
	"strings"

	"waybill/analytics"
)

// SQL gives the statements that make the user on a server whose users are made
// by SQL, or make it anew: what another grant gave the same user is gone.
//
// The filters come before the rights, so that at no moment more is read. A
// filter for some makes a server hide the rows from all others, if it is set up
// that way, so the operator gets one that hides nothing.
func (g *Grant) SQL() string {
	user, database, all := analytics.QuoteName(g.User), analytics.QuoteName(g.Database), g.clause()
	var out strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&out, format+";\n", args...) }
	say("CREATE USER OR REPLACE %s%s IDENTIFIED WITH sha256_hash BY '%s' HOST %s DEFAULT DATABASE %s\n    SETTINGS %s",
		user, all, g.digest(), g.hostsSQL(), database, settingsSQL())
	say("CREATE QUOTA OR REPLACE %s%s KEYED BY user_name FOR INTERVAL 1 hour MAX execution_time = %d TO %s", user, all, secondsAnHour, user)
	if g.Operator != "" {
		say("CREATE ROW POLICY IF NOT EXISTS waybill_operator%s ON %s.* FOR SELECT USING 1 TO %s", all, database, analytics.QuoteName(g.Operator))
	}
	for _, name := range Readable() {
		say("CREATE ROW POLICY OR REPLACE %s%s ON %s.%s FOR SELECT USING %s TO %s", user, all, database, name, g.filter(), user)
	}
	for _, name := range Readable() {
		say("GRANT%s SELECT ON %s.%s TO %s", all, database, name, user)
	}
	return out.String()
}

// RevokeSQL gives the statements that take all of it back.
func (g *Grant) RevokeSQL() string {
	user, all := analytics.QuoteName(g.User), g.clause()
	var out strings.Builder
	fmt.Fprintf(&out, "DROP USER IF EXISTS %s%s;\nDROP QUOTA IF EXISTS %s%s;\n", user, all, user, all)
	for _, name := range Readable() {
		fmt.Fprintf(&out, "DROP ROW POLICY IF EXISTS %s ON %s.%s%s;\n", user, analytics.QuoteName(g.Database), name, all)
	}
	return out.String()
}

// clause makes a statement reach all servers.
func (g *Grant) clause() string {
	if g.Cluster == "" {
		return ""
	}
	return " ON CLUSTER " + analytics.QuoteText(g.Cluster)
}

func (g *Grant) hostsSQL() string {
	if len(g.Hosts) == 0 {
		return "ANY"
	}
	all := make([]string, len(g.Hosts))
	for i, host := range g.Hosts {
		all[i] = "IP '" + host.String() + "'"
	}
	return strings.Join(all, ", ")
}

func settingsSQL() string {
	var all []string
	for _, s := range settings() {
		switch {
		case s.fixed:
			all = append(all, fmt.Sprintf("%s = %d CONST", s.name, s.value))
		default:
			all = append(all, fmt.Sprintf("%s = %d MIN 1 MAX %d", s.name, s.value, s.value))
		}
	}
	return strings.Join(all, ", ")
}

// setting is one that a granted user has, and cannot loosen.
type setting struct {
	name  string
	value int
	// fixed: it cannot be changed at all; else it can be made smaller.
	fixed bool
}

// settings of a granted user. With readonly 2 it may change settings, as drivers
// do, but not these; and it can write nothing.
func settings() []setting {
	return []setting{
		{"readonly", 2, true},
		{"final", 1, true},
		{"do_not_merge_across_partitions_select_final", 1, true},
		{"max_concurrent_queries_for_user", maxQueries, true},
		{"max_memory_usage", maxMemory, false},
		{"max_execution_time", maxSeconds, false},
		{"max_threads", maxThreads, false},
	}
}
