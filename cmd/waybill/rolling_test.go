package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/simulate"
)

// rollingPartitions are shared evenly among three instances.
const rollingPartitions = 6

// runRoles runs roles on the stage's Kafka and ClickHouse as an instance of a
// deployment, and waits until it is ready. The same name again is the same
// instance.
func (s *faultStage) runRoles(t *testing.T, instance string) *running {
	t.Helper()
	r := &running{process: start(t,
		"run", "--roles", "tracking,endpoints,delivery,clickhouse", "--create-missing", "--instance", instance, "--format", "json",
		"--data", filepath.Join(s.dir, instance), "--secret-keys", s.keys(), "--kafka-brokers", strings.Join(s.kafka, ","),
		"--kafka-partitions", fmt.Sprint(rollingPartitions), "--clickhouse-addr", s.clickhouse, "--http-listen", "127.0.0.1:0",
		"--webhook-allow", "127.0.0.0/8", "--reorder-hold", "100ms",
	)}
	require.NoError(t, json.Unmarshal([]byte(r.await(t, r.stdout, `(?m)^(\{.*\})$`)), r))
	r.awaitReady(t)
	return r
}

// ownedTask is how an instance's metrics show that it works on a task.
var ownedTask = regexp.MustCompile(`^waybill_stream_lag_records\{job_name="(\w+)",partition="(\d+)"\}`)

// tasks are those that an instance works on, as job/partition.
func (r *running) tasks(t *testing.T) map[string]bool {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + r.HTTP + "/metrics")
	require.NoError(t, err)
	defer answer.Body.Close()
	owned := map[string]bool{}
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if found := ownedTask.FindStringSubmatch(lines.Text()); found != nil {
			owned[found[1]+"/"+found[2]] = true
		}
	}
	return owned
}

// Instances are restarted one after the other while work comes in, as an
// orchestrator rolls a new version out: each is told to stop, ends in order,
// comes back under its name and is ready before the next one goes. Nothing is
// lost, nothing has two effects, and each task stays with its owner.
func TestFaultsRollingRestart(t *testing.T) {
	t.Parallel()
	s := newFaultStage(t)
	s.behave(slowly)
	names := []string{"waybill-0", "waybill-1", "waybill-2"}
	instances := map[string]*running{}
	for _, name := range names {
		instances[name] = s.runRoles(t, name)
	}
	owners := map[string]map[string]bool{}
	require.Eventually(t, func() bool {
		for _, name := range names {
			if owners[name] = instances[name].tasks(t); len(owners[name]) != 3*rollingPartitions/len(names) {
				return false
			}
		}
		return true
	}, patienceOfTests, 100*time.Millisecond, "the tasks are not shared evenly")

	s.addEndpoints(t, 8, nil)
	truths := map[string]simulate.Summary{}
	for restarts, name := range names {
		tenant := "tenant-of-" + name
		made := instances[names[0]].run(t, "simulate", "--parcels", "100", "--start", "2026-01-05T00:00:00Z", "--tenant", tenant, "--format", "json")
		var truth simulate.Summary
		require.NoError(t, json.Unmarshal([]byte(made), &truth))
		truths[tenant] = truth
		s.send(t, numbers(0, 8), 50, 1+3*restarts, 3+3*restarts)
		require.Equal(t, exitDone, instances[name].end(t, syscall.SIGTERM))
		instances[name] = s.runRoles(t, name)
	}
	s.awaitTaken(t, len(s.sent))
	for tenant, truth := range truths {
		instances[names[0]].requireTruth(t, tenant, truth)
	}
	for _, name := range names {
		require.True(t, maps.Equal(owners[name], instances[name].tasks(t)), "%s works on other tasks than before", name)
	}
	s.judge(t, 1) // a call that is open when its instance stops may be made again, under its number (W15)
}
