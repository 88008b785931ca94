package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
	"waybill/schemas"
)

// Every command that docs/api.md shows does what it says, in the order in which
// it shows them.
func TestAPIPage(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the commands of docs/api.md need %s: %v", tool, err)
		}
	}
	t.Parallel()
	up := startUp(t, t.TempDir())
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(receiver.Close)
	page, err := os.ReadFile(filepath.Join(projectRoot, "docs", "api.md"))
	require.NoError(t, err)
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		script.WriteString(block[1])
	}
	text := strings.ReplaceAll(script.String(), "http://127.0.0.1:8099/", receiver.URL)
	text = strings.Replace(text, "http://127.0.0.1:8081/v4 KEY=wbk_...", "http://"+up.API+"/v4 KEY="+up.APIKey, 1)
	require.NotContains(t, text, "...")
	require.Greater(t, strings.Count(text, "api "), 23)

	command := exec.Command("bash", "-euo", "pipefail", "-c", text)
	command.Dir = t.TempDir()
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, said := range []string{`"secret":"whsec_`, `"description":"the shop"`, `"reason":"moving house until Friday"`, `"has_more":`, `"found":0`, `"fixed":false`, `["do_not_track","The check digit of AB123456786GB`, `["refused",null,"window_days is 31; it may be 1 to 30"]`, `"action":"stop"`, `"status":"UNKNOWN"`, `"tracking_status":`, `"quota":`, "on-time: How many parcels", "tracking_number,reference"} {
		require.Contains(t, string(out), said)
	}
}

// The first key is printed once and kept as a digest. What was made over the API
// before a kill is there after it, a repeat is known as one, and a cursor goes on
// where it was.
func TestAPISurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	up := startUp(t, dir)
	key := up.APIKey
	require.Regexp(t, "^wbk_", key)
	kept, err := os.ReadFile(filepath.Join(dir, "api-keys.yaml"))
	require.NoError(t, err)
	require.NotContains(t, string(kept), key[strings.LastIndex(key, "_"):])
	const endpoint = `{"url": "http://127.0.0.1:1/", "skip_test": true}`
	made := up.ask(t, key, "POST", "/v4/endpoints", endpoint)
	require.NotEmpty(t, made["secret"])
	up.webhooks(t, made["endpoint_id"].(string), 1, 50)
	var before []any
	var cursor string
	require.Eventually(t, func() bool {
		page := up.ask(t, key, "GET", "/v4/events?limit=20", "")
		before, cursor = page["events"].([]any), page["next"].(string)
		return len(before) == 20
	}, patienceOfTests, 20*time.Millisecond)
	up.webhooks(t, made["endpoint_id"].(string), 51, 500)
	up.kill(t) // with most of it not yet in ClickHouse

	up = startUp(t, dir)
	require.Empty(t, up.APIKey, "it is shown once")
	again := up.ask(t, key, "POST", "/v4/endpoints", endpoint)
	require.Equal(t, made["endpoint_id"], again["endpoint_id"])
	require.NotContains(t, again, "secret")
	require.Len(t, up.ask(t, key, "GET", "/v4/endpoints", "")["endpoints"], 1)

	// The feed goes on behind the cursor, each webhook once, until there is no more.
	seen := make(map[any]bool)
	for _, e := range before {
		seen[e.(map[string]any)["webhook_id"]] = true
	}
	require.Eventually(t, func() bool {
		page := up.ask(t, key, "GET", "/v4/events?limit=100&wait=5&after="+cursor, "")
		cursor = page["next"].(string)
		for _, e := range page["events"].([]any) {
			id := e.(map[string]any)["webhook_id"]
			require.False(t, seen[id], "%s came twice", id)
			seen[id] = true
		}
		return len(seen) == 500
	}, patienceOfTests, time.Millisecond)
	require.Len(t, up.ask(t, key, "GET", "/v4/events?limit=1000", "")["events"], 500)
	require.Equal(t, exitDone, up.end(t, syscall.SIGTERM))
}

// webhooks makes webhooks for an endpoint, as tracking does.
func (r *running) webhooks(t *testing.T, endpointID string, from, to int) {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	client, err := kgo.NewClient(kgo.SeedBrokers(r.Kafka...))
	require.NoError(t, err)
	defer client.Close()
	for n := from; n <= to; n++ {
		value, err := codecs.WebhookJob.Encode(&schemas.WebhookJob{
			JobID: fmt.Sprintf("w%d", n), EndpointID: endpointID, Tenant: firstTenant, Epoch: time.UnixMilli(0), Sequence: int64(n),
			Type: schemas.TypeEvent, Body: []byte(`{}`), Trigger: schemas.TriggerEvent, CreatedAt: time.Now(),
		})
		require.NoError(t, err)
		key := schemas.JobKey(endpointID, fmt.Sprintf("royal-mail:P%d", n%7))
		client.Produce(context.Background(), &kgo.Record{Topic: schemas.TopicWebhookJobs, Key: []byte(key), Value: value}, nil)
	}
	require.NoError(t, client.Flush(t.Context()))
}

// ask makes a request of the API that must succeed. Each has the same
// Idempotency-Key.
func (r *running) ask(t *testing.T, key, method, path, body string) (answer map[string]any) {
	t.Helper()
	request, err := http.NewRequest(method, "http://"+r.API+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", "the same")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.Less(t, got.StatusCode, 300, "%s %s: %s", method, path, text)
	require.NoError(t, json.Unmarshal(text, &answer))
	return answer
}

func TestListenAPI(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	open := func(listen string) (*servedAPI, *config.Settings, error) {
		s := &config.Settings{Data: t.TempDir(), API: config.API{Listen: listen}}
		served, err := listenAPI(t.Context(), s)
		return served, s, err
	}
	none, s, err := open("")
	require.NoError(t, err)
	require.NoError(t, none.readKeys(s, quiet))
	require.Equal(t, "none", none.String())
	require.Empty(t, none.address())
	none.close(quiet)

	served, s, err := open("127.0.0.1:0")
	require.NoError(t, err)
	_, _, err = open(served.address())
	require.ErrorContains(t, err, "choose another address with --api-listen")

	// A key that nobody was told of is taken back, one that was told stays.
	file := filepath.Join(s.Data, "api-keys.yaml")
	require.NoError(t, served.readKeys(s, quiet))
	require.Contains(t, served.String(), served.newKey)
	served.close(quiet)
	require.NoFileExists(t, file)
	require.NoError(t, served.readKeys(s, quiet))
	served.told = true
	served.close(quiet)
	require.FileExists(t, file)

	s.API.Keys = filepath.Join(s.Data, "none.yaml")
	require.ErrorIs(t, served.readKeys(s, quiet), os.ErrNotExist, "a file that was named must be there")
}
