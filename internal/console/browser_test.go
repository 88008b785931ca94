package console_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
)

const (
	projectRoot = "../.."
	// patience bounds every wait for something that must happen.
	patience = 5 * time.Minute
	// hostile is a parcel whose news have markup in them.
	hostile = "AB123456785GB"
)

// browser finds a Chromium, and what drives it; make bin/browser fetches both.
func browser(t *testing.T) (program, modules string) {
	t.Helper()
	fetched, err := filepath.Abs(filepath.Join(projectRoot, "bin", "browser"))
	require.NoError(t, err)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skipf("no browser for this test: %v", err)
	}
	if _, err := os.Stat(filepath.Join(fetched, "node_modules", "playwright-core")); err != nil {
		t.Skip("no browser for this test: make bin/browser fetches one (node, npm)")
	}
	known := []string{"chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" { // what the package is built for
		known = append([]string{filepath.Join(fetched, "chromium")}, known...)
	}
	for _, name := range known {
		if program, err = exec.LookPath(name); err == nil {
			return program, fetched
		}
	}
	t.Skip("no browser for this test: there is no Chromium on this machine")
	return "", ""
}

// waybill is one that runs for the test, with its address and first key.
type waybill struct {
	program, data string
	env           []string
	url           string
	Kafka         []string `json:"kafka"`
	ClickHouse    string   `json:"clickhouse"`
	HTTP          string   `json:"http"`
	API           string   `json:"api"`
	Key           string   `json:"api_key"`
	Console       string   `json:"console"`
}

// startWaybill builds the program and runs all of it until the test ends.
func startWaybill(t *testing.T) *waybill {
	t.Helper()
	if _, err := embedded.FindLibrary(""); errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	w := &waybill{program: filepath.Join(t.TempDir(), "waybill"), data: t.TempDir()}
	build := exec.Command("go", "build", "-o", w.program, "./cmd/waybill")
	build.Dir = projectRoot
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	up := w.command("up", "--format", "json", "--data", w.data, "--kafka-port", "0", "--clickhouse-port", "0", "--clickhouse-http-port", "0",
		"--api-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--webhook-allow", "127.0.0.0/8")
	said, err := up.StdoutPipe()
	require.NoError(t, err)
	var log bytes.Buffer
	up.Stderr = &log
	require.NoError(t, up.Start())
	t.Cleanup(func() {
		require.NoError(t, up.Process.Signal(syscall.SIGTERM))
		require.NoError(t, up.Wait(), &log)
	})
	require.NoError(t, json.NewDecoder(said).Decode(w), &log)
	w.url = strings.TrimSuffix(w.Console, "/")
	require.Equal(t, "http://"+w.API, w.url)
	w.env = []string{"WAYBILL_KAFKA_BROKERS=" + strings.Join(w.Kafka, ","), "WAYBILL_CLICKHOUSE_ADDR=" + w.ClickHouse, "WAYBILL_SECRET_KEYS=" + filepath.Join(w.data, "secrets.key")}
	require.Eventually(t, func() bool {
		answer, err := http.Get("http://" + w.HTTP + "/readyz")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, patience, 50*time.Millisecond)
	return w
}

func (w *waybill) command(args ...string) *exec.Cmd {
	c := exec.Command(w.program, args...)
	c.Dir = projectRoot
	c.Env = append(os.Environ(), w.env...)
	return c
}

// run runs a command on it, and returns what it prints.
func (w *waybill) run(t *testing.T, input string, args ...string) string {
	t.Helper()
	c := w.command(args...)
	c.Stdin = strings.NewReader(input)
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.Output()
	require.NoError(t, err, "waybill %v: %s", args, &log)
	return string(out)
}

// key makes a key for the API.
func (w *waybill) key(t *testing.T, tenant, scopes string) string {
	t.Helper()
	var made struct{ Key string }
	require.NoError(t, json.Unmarshal([]byte(w.run(t, "", "keys", "new", "--tenant", tenant, "--scopes", scopes, "--file", filepath.Join(w.data, "api-keys.yaml"), "--format", "json")), &made))
	return made.Key
}

// get asks the API, and returns the JSON, nil where there is none yet.
func (w *waybill) get(t *testing.T, key, path string) (told map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&told))
	return told
}

// receiver takes webhooks, and tells how many came.
func receiver(t *testing.T) string {
	t.Helper()
	var mu sync.Mutex
	var came int
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/count" {
			fmt.Fprint(w, came)
			return
		}
		came++
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// parcels publishes simulated ones, and one that is hostile, and waits until they
// are known. It returns the number of one of which raw events came twice.
func (w *waybill) parcels(t *testing.T) (number string) {
	t.Helper()
	records := w.run(t, "", "simulate", "--parcels", "30", "--tenant", "default", "--start", "2026-06-01T00:00:00Z", "--fault", "repeated=0.3", "--output", "-")
	records = strings.ReplaceAll(records, `"backfill":"none"`, `"backfill":"all"`)
	require.Contains(t, records, `"backfill":"all"`)
	at := time.Now().UTC().Format(time.RFC3339)
	records += fmt.Sprintf(`{"topic": "registrations", "value": {"tenant": "default", "carrier": "royal-mail", "tracking_number": %q, "reference": "<b>bold</b>", "backfill": "all"}, "arrival": %q}
{"topic": "carrier-events", "value": {"carrier": "royal-mail", "tracking_number": %q, "code": "transit.moving", "raw_code": "<script>hostile = 1</script>", "occurred_at": %q, "location": {"name": "<img src=x onerror=alert(1)>"}}, "arrival": %q}
`, hostile, at, hostile, at, at)
	w.run(t, records, "ingest", "-")
	require.Eventually(t, func() bool {
		found := w.get(t, w.Key, "/v4/trackings/royal-mail/"+hostile)
		return found != nil && len(found["events"].([]any)) > 0
	}, patience, 50*time.Millisecond)
	require.Eventually(t, func() bool {
		for _, one := range w.get(t, w.Key, "/v4/trackings?carrier=sim&limit=60")["trackings"].([]any) {
			number = one.(map[string]any)["tracking_number"].(string)
			found := w.get(t, w.Key, "/v4/trackings/sim/"+number+"/explain")
			if found == nil || len(found["events"].([]any)) < 3 || len(found["webhooks"].([]any)) == 0 {
				continue
			}
			for _, d := range found["decisions"].([]any) {
				if d.(map[string]any)["decision"] == "duplicate" {
					return true
				}
			}
		}
		return false
	}, patience, 50*time.Millisecond)
	return number
}

// People do in a browser what the console is for, on a Waybill with simulated
// parcels and a receiver. What they do stands in testdata/browser.
func TestInABrowser(t *testing.T) {
	program, modules := browser(t)
	w := startWaybill(t)
	url := receiver(t)
	w.run(t, "", "endpoints", "add", url+"/", "--skip-test")
	keys, err := json.Marshal(map[string]string{
		"operator": w.Key, "reads": w.key(t, "default", "read"), "other": w.key(t, "other", "admin"), "registers": w.key(t, "other", "register"),
	})
	require.NoError(t, err)
	number := w.parcels(t)
	drive := exec.Command("node", "--test", "--test-reporter=spec", "testdata/browser/console.test.mjs")
	drive.Env = append(os.Environ(), "CONSOLE_URL="+w.url, "CONSOLE_MODULES="+modules, "CONSOLE_BROWSER="+program, "CONSOLE_KEYS="+string(keys),
		"CONSOLE_RECEIVER="+url, "CONSOLE_NUMBER="+number, "CONSOLE_HOSTILE="+hostile)
	out, err := drive.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
	http.DefaultClient.CloseIdleConnections()
}
