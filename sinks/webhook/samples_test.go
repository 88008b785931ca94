package webhook

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Where the sample receivers of the guide lie, and where
// `make bin/webhook-samples` puts what they need.
const (
	samplesFolder = "../../docs/samples/webhooks"
	samplesNeeds  = "../../bin/webhook-samples"
)

// sample is a receiver of the guide, in a language that is not ours: each
// verifies with the library of its own ecosystem.
type sample struct {
	command []string
	// dump prints what was stored, a line of id and body each; nil: the store
	// is such a file.
	dump func(store string) []string
}

func goSample(t *testing.T) sample {
	program := filepath.Join(t.TempDir(), "receiver")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, samplesFolder+"/go").CombinedOutput()
	require.NoError(t, err, "%s", said)
	return sample{command: []string{program}}
}

func javascriptSample(t *testing.T) sample {
	needed, err := filepath.Abs(filepath.Join(samplesNeeds, "node_modules"))
	require.NoError(t, err)
	if _, err := os.Stat(needed); err != nil {
		t.Skipf("no libraries for this sample: make bin/webhook-samples (%v)", err)
	}
	text, err := os.ReadFile(samplesFolder + "/javascript/receiver.mjs")
	require.NoError(t, err)
	folder := t.TempDir() // a module finds its libraries beside itself
	require.NoError(t, os.Symlink(needed, filepath.Join(folder, "node_modules")))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "receiver.mjs"), text, 0o600))
	return sample{command: []string{"node", filepath.Join(folder, "receiver.mjs")}}
}

func pythonSample(t *testing.T) sample {
	python, err := filepath.Abs(filepath.Join(samplesNeeds, "python/bin/python"))
	require.NoError(t, err)
	if _, err := os.Stat(python); err != nil {
		t.Skipf("no libraries for this sample: make bin/webhook-samples (%v)", err)
	}
	const dump = `import json, sqlite3, sys
for id, body in sqlite3.connect(sys.argv[1]).execute("SELECT id, body FROM webhooks ORDER BY rowid"):
    print(json.dumps({"id": id, "body": body.decode()}))`
	return sample{
		command: []string{python, samplesFolder + "/python/receiver.py"},
		dump:    func(store string) []string { return []string{python, "-c", dump, store} },
	}
}

// start runs a sample and returns its URL, and how to kill it.
func (s sample) start(t *testing.T, secret, store string) (url string, kill func()) {
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, s.command[0], s.command[1:]...)
	command.Env = append(os.Environ(), "WEBHOOK_SECRET="+secret, "PORT=0", "STORE="+store)
	command.Stderr = &bytes.Buffer{}
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	kill = func() { cancel(); _ = command.Wait() }
	t.Cleanup(kill)
	first, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err, "%s", command.Stderr)
	return strings.TrimPrefix(strings.TrimSpace(first), "listening on "), kill
}

// stored reads what a sample has stored, in order.
func (s sample) stored(t *testing.T, store string) (ids, bodies []string) {
	text, err := os.ReadFile(store)
	if s.dump != nil {
		dump := s.dump(store)
		text, err = exec.CommandContext(t.Context(), dump[0], dump[1:]...).Output()
	}
	require.NoError(t, err)
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var line struct{ ID, Body string }
		require.NoError(t, d.Decode(&line))
		ids, bodies = append(ids, line.ID), append(bodies, line.Body)
	}
	return ids, bodies
}

// The receivers of the guide take what we send, once, and nothing else (W10):
// so do the libraries of other people in other languages that they use.
func TestSampleReceivers(t *testing.T) {
	for language, prepare := range map[string]func(*testing.T) sample{
		"go": goSample, "javascript": javascriptSample, "python": pythonSample,
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			testSample(t, prepare(t))
		})
	}
}

func testSample(t *testing.T, s sample) {
	store := filepath.Join(t.TempDir(), "store")
	secret, former, next := newSecret(t, 1), newSecret(t, 2), newSecret(t, 3)
	caller := newCaller(t, Options{})
	url, kill := s.start(t, secret, store)
	send := func(id, body string, secrets ...string) int {
		return caller.Call(t.Context(), Request{ID: id, URL: url, Body: []byte(body), Secrets: secrets}).StatusCode
	}
	large := `{"history":"` + strings.Repeat("ö", 100<<10) + `"}`
	require.Equal(t, 204, send("plain", `{"id":"plain"}`, secret))
	require.Equal(t, 204, send("words", `{"city":"São Paulo 東京 🚚"}`, secret))
	require.Equal(t, 204, send("large", large, secret))
	require.Equal(t, 204, send("old", `{}`, secret, former), "the secret of before still signs")
	require.Equal(t, 204, send("new", `{}`, next, secret), "so does the one to come")
	require.Equal(t, 204, send("plain", `{"id":"plain"}`, secret), "the same once more")
	require.Equal(t, 401, send("stranger", `{}`, former, next))
	for name, status := range tampered(t, url, secret) {
		require.Equal(t, 401, status, name)
	}

	kill()
	url, _ = s.start(t, secret, store)
	require.Equal(t, 204, send("plain", `{"id":"plain"}`, secret), "the same after a restart")
	require.Equal(t, 204, send("last", `{}`, secret))
	ids, bodies := s.stored(t, store)
	require.Equal(t, []string{"plain", "words", "large", "old", "new", "last"}, ids)
	require.Equal(t, []string{`{"id":"plain"}`, `{"city":"São Paulo 東京 🚚"}`, large, `{}`, `{}`, `{}`}, bodies)
}

// tampered sends webhooks of which one part was changed after it was signed,
// and one that is too old and one from the future.
func tampered(t *testing.T, url, secret string) map[string]int {
	signed := func(at time.Time) http.Header {
		signature, err := sign([]string{secret}, "id", at, []byte(`{}`))
		require.NoError(t, err)
		return vector{ID: "id", Timestamp: timestampText(at), Signature: signature}.headers()
	}
	now := time.Now()
	results := map[string]int{
		"body":       post(t, url, signed(now), []byte(`{} `)),
		"too old":    post(t, url, signed(now.Add(-6*time.Minute)), []byte(`{}`)),
		"too early":  post(t, url, signed(now.Add(6*time.Minute)), []byte(`{}`)),
		"no headers": post(t, url, http.Header{}, []byte(`{}`)),
	}
	for name, value := range map[string]string{
		HeaderID: "other", HeaderTimestamp: fmt.Sprint(now.Unix() + 1), HeaderSignature: "v1,AAAA",
	} {
		changed := signed(now)
		changed.Set(name, value)
		results[name] = post(t, url, changed, []byte(`{}`))
	}
	return results
}

// post sends a call that is not the caller's and returns the status.
func post(t *testing.T, url string, header http.Header, body []byte) int {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header, r.Close = header, true
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}
