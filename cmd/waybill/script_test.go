package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"waybill/internal/ports/portstest"
)

// running is where a `waybill up` has its parts, as it says itself.
type running struct {
	*process
	Kafka      []string `json:"kafka"`
	ClickHouse string   `json:"clickhouse"`
	HTTP       string   `json:"http"`
	API        string   `json:"api"`
	APIKey     string   `json:"api_key"`
	SecretKeys string   `json:"secret_keys"`
}

// startUp runs `waybill up` on free ports and waits until it is ready.
func startUp(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	needEngine(t)
	p := start(t, append([]string{
		"up", "--format", "json", "--data", dir, "--kafka-port", "0", "--clickhouse-port", "0", "--clickhouse-http-port", "0",
		"--http-listen", "127.0.0.1:0", "--api-listen", "127.0.0.1:0", "--webhook-allow", "127.0.0.0/8", "--reorder-hold", "100ms",
	}, args...)...)
	r := &running{process: p}
	require.NoError(t, json.Unmarshal([]byte(p.await(t, p.stdout, `(?s)\{.*\}`)), r))
	r.awaitReady(t)
	return r
}

// awaitReady waits until it says that it is ready.
func (r *running) awaitReady(t *testing.T) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	require.Eventually(t, func() bool {
		answer, err := client.Get("http://" + r.HTTP + "/readyz")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, patienceOfTests, 20*time.Millisecond, "waybill does not get ready")
}

// env is what a command needs to find it.
func (r *running) env() []string {
	return []string{
		"WAYBILL_KAFKA_BROKERS=" + strings.Join(r.Kafka, ","), "WAYBILL_CLICKHOUSE_ADDR=" + r.ClickHouse, "WAYBILL_HTTP_LISTEN=" + r.HTTP, "API_URL=http://" + r.API, "API_KEY=" + r.APIKey,
		"WAYBILL_SECRET_KEYS=" + r.SecretKeys, "API_KEYS=" + filepath.Join(filepath.Dir(r.SecretKeys), "api-keys.yaml"),
	}
}

// Each script is a story of one user, on a deployment that all of them share:
// tenants and parcels of one are not those of another.
func TestScripts(t *testing.T) {
	t.Parallel()
	accounts := scriptAccounts(t)
	schemaRegistry := srfake.New()
	t.Cleanup(schemaRegistry.Close)
	up := startUp(t, t.TempDir(), "--accounts", accounts, "--registry-url", schemaRegistry.URL())
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "scripts"),
		Setup: func(e *testscript.Env) error {
			e.Vars = append(append(e.Vars, up.env()...), "WAYBILL_ACCOUNTS="+accounts)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"until": until, "exits": exits, "capture": capture, "produce": produceRaw, "receiver": receiver, "freeport": freePort(t), "silent": silent,
			"post": post, "registry": fakeRegistry, "call": callAPI,
		},
	})
}

// until PATTERN COMMAND [ARGS...] runs a command again and again until it
// succeeds and its output matches; ! until, until it fails with such an error.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] until PATTERN COMMAND [ARGS...]")
	}
	pattern, stream := regexp.MustCompile("(?m)"+args[0]), "stdout"
	if neg {
		stream = "stderr"
	}
	for deadline := time.Now().Add(patienceOfTests); time.Now().Before(deadline); {
		err := ts.Exec(args[1], args[2:]...)
		if (err != nil) == neg && pattern.MatchString(ts.ReadFile(stream)) {
			return
		}
	}
	ts.Fatalf("%s never said %s", strings.Join(args[1:], " "), args[0])
}

// exits CODE COMMAND [ARGS...] runs a command that must end with a code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS...]")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("running %s: %v", args[1], err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s ended with %d, not %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// capture VARIABLE PATTERN keeps what the pattern's group matches in the output
// of the command before.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture VARIABLE PATTERN")
	}
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("the output does not match %s in one group", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// produceRaw TOPIC KEY FILE sends the bytes of a file as any producer could.
func produceRaw(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: produce TOPIC KEY FILE")
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(ts.Getenv("WAYBILL_KAFKA_BROKERS"), ",")...))
	ts.Check(err)
	defer client.Close()
	value := strings.ReplaceAll(ts.ReadFile(args[2]), "NOW", time.Now().UTC().Format(time.RFC3339Nano))
	record := &kgo.Record{Topic: args[0], Key: []byte(args[1]), Value: []byte(value)}
	ts.Check(client.ProduceSync(context.Background(), record).FirstErr())
}

// receiver VARIABLE STATUS starts a receiver that gives every call the same
// answer, and keeps its URL.
func receiver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: receiver VARIABLE STATUS")
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL+"/")
}

// freePort is the command freeport VARIABLE, which keeps an address that nobody
// listens on, nor any other script or test will.
func freePort(t *testing.T) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: freeport VARIABLE")
		}
		ts.Setenv(args[0], portstest.Address(t))
	}
}

// silent VARIABLE keeps an address that takes connections and never answers.
func silent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: silent VARIABLE")
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = socket.Close() })
	ts.Setenv(args[0], socket.Addr().String())
}

// registry VARIABLE starts a schema registry in this process that speaks the
// published protocol, and keeps its URL.
func fakeRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: registry VARIABLE")
	}
	r := srfake.New()
	ts.Defer(r.Close)
	ts.Setenv(args[0], r.URL())
}
