package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"waybill/internal/acls"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/vault"
)

// leastPrefix stands before the topics of the test of rights.
const leastPrefix = "least."

// seldom are rights that the way through of the test does not use: for what is
// unreadable, for restores, refusals, and the turns that few parcels take. What
// each of them is for, TestEachRightIsNeeded of package acls shows.
func seldom() []string {
	var all []string
	for _, of := range []struct{ part, operation, topics string }{
		{"tracking", "Read", "tracking-state"},
		{"tracking", "Write", "registrations rerouted poll-requests dead-letters"},
		{"endpoints", "Read", "endpoint-state"},
		{"endpoints", "Write", "webhook-jobs dead-letters"},
		{"delivery", "Read", "webhook-queue"},
		{"delivery", "Write", "webhook-queue endpoint-signals dead-letters"},
		{"quotas", "Read", "quota-state"},
		{"quotas", "Write", "quotas dead-letters"},
		{"clickhouse", "Write", "dead-letters"},
		{"baselines", "Read", "baselines"},
		{"baselines", "Write", "baselines"},
		{"api", "Write", "registrations carrier-events endpoint-commands webhook-jobs dead-letters audit"},
		{"operator", "Read", "endpoint-events"},
		{"operator", "Write", "registrations carrier-events webhook-jobs"},
	} {
		for name := range strings.FieldsSeq(of.topics) {
			all = append(all, of.part+": "+of.operation+" on topic "+leastPrefix+name)
		}
	}
	return append(all, "baselines: Write on transactional-id "+leastPrefix+"waybill-baselines*")
}

// flagsOf lead in as a user.
func (s *securedKafka) flagsOf(user string, more ...string) []string {
	return s.flags(onLogin, append([]string{
		"--kafka-tls", "--kafka-tls-ca", s.ca.File, "--kafka-sasl", "plain", "--kafka-user", user, "--kafka-password", rightPassword,
		"--kafka-prefix", leastPrefix, "--kafka-partitions", "1",
	}, more...)...)
}

// Each role, and each who works from outside, does its work as a user of its own
// with the rights of its part alone. The broker's log of what it allowed and
// refused shows that nothing lacked.
func (s *securedKafka) testLeastRights(t *testing.T) {
	needEngine(t)
	for _, part := range acls.Parts() {
		said, code := runWaybill(t, append([]string{"topics", "acls", "--role", part.Name, "--principal", "User:" + part.Name, "--apply"}, s.flagsOf("waybill")...)...)
		require.Zero(t, code, said)
	}
	keys, apiKeys, quotas := filepath.Join(t.TempDir(), "secrets.key"), filepath.Join(t.TempDir(), "keys.yaml"), filepath.Join(t.TempDir(), "quotas.yaml")
	require.NoError(t, vault.Make(keys, rand.Reader))
	require.NoError(t, os.WriteFile(quotas, []byte("default: 5\n"), 0o600))
	require.NoError(t, os.WriteFile(apiKeys, []byte("keys: []\n"), 0o600))
	shared := []string{
		"--secret-keys", keys, "--api-keys", apiKeys, "--quotas", quotas, "--clickhouse-addr", embeddedtest.OwnClickHouse(t), "--webhook-allow", "127.0.0.0/8",
		"--reorder-hold", "100ms", "--workers", "1",
	}
	said, code := runWaybill(t, append([]string{"topics", "create"}, s.flagsOf("topics")...)...)
	require.Zero(t, code, said)
	said, code = runWaybill(t, append([]string{"migrate"}, shared...)...)
	require.Zero(t, code, said)
	for _, role := range []string{"endpoints", "tracking", "delivery", "quotas", "clickhouse", "baselines", "api"} {
		startRole(t, role, slices.Concat(s.flagsOf(role), shared)...)
	}
	receiver := newLedger(t)
	as := func(user string, args ...string) {
		said, code := runWaybill(t, slices.Concat(args, s.flagsOf(user), shared)...)
		require.Zero(t, code, said)
	}
	as("operator", "endpoints", "add", "http://"+receiver.address+"/", "--skip-test")
	as("producer", "ingest", onwardRecords(t))
	receiver.awaitTaken(t, 1)
	as("operator", "endpoints", "list")
	as("operator", "baselines", "list")
	as("operator", "dead-letters", "list")

	require.EventuallyWithT(t, func(c *assert.CollectT) { // what has come out is not all that the roles do with it
		used, refused := s.audit(t)
		require.Empty(t, refused, "rights that lacked")
		require.Subset(c, seldom(), unused(used), "rights that nobody used")
	}, patienceOfTests, 100*time.Millisecond)
}

// unused are rights of the parts that are not among those that they used.
func unused(used map[string][]string) (unused []string) {
	for _, part := range acls.Parts() {
		if part.Name == "polling" {
			continue // it would need a carrier to ask
		}
		rights, _ := acls.Of(part.Name, leastPrefix)
		for _, r := range rights {
			if !slices.Contains(used[part.Name], r.String()) {
				unused = append(unused, part.Name+": "+r.String())
			}
		}
	}
	return unused
}

// A role that lacks a right ends, and says which on what.
func (s *securedKafka) testLackingRights(t *testing.T) {
	rights, ok := acls.Of("quotas", leastPrefix)
	require.True(t, ok)
	quotas := filepath.Join(t.TempDir(), "quotas.yaml")
	require.NoError(t, os.WriteFile(quotas, []byte("default: 5\n"), 0o600))
	for lacking, says := range map[string][]string{
		"Read on group least.quotas":               {"least.quotas", "the right Read on its consumer group"},
		"Write on transactional-id least.quotas-*": {"least.quotas", "the right Write on its transactional ids"},
		"Read on topic least.usage":                {"least.usage", "a right on that topic"},
		"Describe on topic least.*":                {"least.", "a right on that topic"},
	} {
		i := slices.IndexFunc(rights, func(r acls.Right) bool { return r.String() == lacking })
		require.GreaterOrEqual(t, i, 0, lacking)
		s.change(t, rights[i], "User:quotas", false)
		args := slices.Concat([]string{"run", "--roles", "quotas", "--instance", "lacking", "--quotas", quotas, "--data", t.TempDir(), "--http-listen", "127.0.0.1:0"}, s.flagsOf("quotas"))
		p := start(t, args...)
		require.Equal(t, exitFailed, p.wait(t), lacking)
		for _, text := range append(says, `user "quotas" lacks`) {
			require.Contains(t, p.stderr.tail(), text, lacking)
		}
		s.change(t, rights[i], "User:quotas", true)
	}
}

// onwardRecords is a file of a registration and an event of its parcel.
func onwardRecords(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.ndjson")
	require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, `{"topic": "registrations", "value": {"tenant": "default", "carrier": "sim-post", "tracking_number": "S1", "backfill": "all"}}
{"topic": "carrier-events", "value": {"carrier": "sim-post", "tracking_number": "S1", "code": "transit.picked_up", "raw_code": "P", "occurred_at": %q}}
`, time.Now().UTC().Format(time.RFC3339)), 0o600))
	return path
}

// startRole runs a role until the test ends, and returns when it is ready.
func startRole(t *testing.T, role string, flags ...string) {
	t.Helper()
	p := start(t, append([]string{
		"run", "--roles", role, "--format", "json", "--instance", "one", "--data", t.TempDir(), "--http-listen", "127.0.0.1:0", "--api-listen", "127.0.0.1:0",
	}, flags...)...)
	var at struct{ HTTP string }
	require.NoError(t, json.Unmarshal([]byte(p.await(t, p.stdout, `(?s)\{.*\}`)), &at))
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	require.Eventually(t, func() bool {
		answer, err := client.Get("http://" + at.HTTP + "/readyz")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, patienceOfTests, 20*time.Millisecond, role+" does not get ready")
}

// allowed and denied are lines of the broker's log.
var (
	allowed = regexp.MustCompile(`Principal = User:(\S+) is Allowed operation = .* based on rule MatchingAcl\(acl=StandardAcl\[resourceType=(\w+), resourceName=(\S*), patternType=(\w+), .*operation=(\w+),`)
	denied  = regexp.MustCompile(`Principal = User:(\S+) is Denied operation = (\w+) from host = \S+ on resource = (\S+) for request = (\w+)`)
)

// audit reads in the broker's log which rights each user made use of, and what
// it was refused.
func (s *securedKafka) audit(t *testing.T) (used map[string][]string, refused []string) {
	t.Helper()
	log, err := s.Log()
	require.NoError(t, err)
	used = make(map[string][]string)
	for line := range strings.Lines(log) {
		if m := allowed.FindStringSubmatch(line); m != nil {
			r := acls.Right{Resource: dashed(m[2]), Name: m[3], Prefixed: m[4] == "PREFIXED", Operation: camel(m[5])}
			if !slices.Contains(used[m[1]], r.String()) {
				used[m[1]] = append(used[m[1]], r.String())
			}
		}
		if m := denied.FindStringSubmatch(line); m != nil {
			refused = append(refused, strings.Join(m[1:], " "))
		}
	}
	return used, refused
}

// dashed writes TRANSACTIONAL_ID as transactional-id.
func dashed(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "-")) }

// camel writes DESCRIBE_CONFIGS as DescribeConfigs.
func camel(name string) (out string) {
	for word := range strings.SplitSeq(strings.ToLower(name), "_") {
		out += strings.ToUpper(word[:1]) + word[1:]
	}
	return out
}
