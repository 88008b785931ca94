package analytics_test

import (
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/analytics/grants"
	"waybill/internal/embedded"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// question is one of docs/questions.md.
type question struct{ title, sql string }

func readQuestions(t *testing.T) []question {
	t.Helper()
	page, err := os.ReadFile("../docs/questions.md")
	require.NoError(t, err)
	var all []question
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		blocks := regexp.MustCompile("(?s)\n```sql\n(.*?)\n```\n").FindAllStringSubmatch(text, -1)
		if len(blocks) == 0 {
			continue
		}
		require.Len(t, blocks, 1, "%s: a question has one block", title)
		all = append(all, question{title, blocks[0][1]})
	}
	require.Len(t, all, strings.Count(string(page), "```sql"), "every block is a question's")
	return all
}

// What docs/questions.md asks is answered to a tenant's own user, as it stands there
// but for the time, which is 1 July 2026. `go test ./analytics -run Questions -rewrite`
// writes the answers anew; how they come about is in the comments of the worlds.
func TestQuestions(t *testing.T) {
	reader := grants.Grant{Tenant: "x", User: grants.UserName("x"), Password: "a password of x", Database: "waybill"}
	server := serverOf(t, reader)
	options := &clickhouse.Options{Addr: []string{server.Addr()}}
	options.Auth.Database = reader.Database
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	loadInto(t, options, questionWorld()...)

	questions := readQuestions(t)
	require.GreaterOrEqual(t, len(questions), 10)
	var answers strings.Builder
	for _, q := range questions {
		require.NotRegexp(t, `now\(\)|today\(`, q.sql, "%s: the server's zone must not matter", q.title)
		answer := askAs(t, server, reader, strings.ReplaceAll(q.sql, "now('UTC')", "toDateTime('2026-07-01 00:00:00', 'UTC')"))
		require.Greater(t, strings.Count(answer, "\n"), 1, "%s: no rows", q.title)
		answers.WriteString("## " + q.title + "\n" + answer + "\n")
		askAs(t, server, reader, q.sql) // and as it stands
	}
	golden := filepath.Join("testdata", "questions.txt")
	if *rewrite {
		require.NoError(t, os.WriteFile(golden, []byte(answers.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), answers.String())
}

// The table of docs/questions.md has the views that a tenant's people may read.
func TestQuestionsNameWhatCanBeRead(t *testing.T) {
	page, err := os.ReadFile("../docs/questions.md")
	require.NoError(t, err)
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`tenant_[^|]*) \\|").FindAllStringSubmatch(string(page), -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			named = append(named, strings.Trim(name, "`"))
		}
	}
	require.ElementsMatch(t, grants.Readable(), named)
}

// serverOf starts an engine that has the user.
func serverOf(t *testing.T, reader grants.Grant) *embedded.ClickHouse {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "users.d"), 0o750))
	file, err := reader.XML()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "users.d", "x.xml"), []byte(file), 0o600))
	server, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: dir})
	if errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, server.Close())
	})
	return server
}

func askAs(t *testing.T, server *embedded.ClickHouse, reader grants.Grant, query string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+server.HTTPAddr()+"/", strings.NewReader(query))
	require.NoError(t, err)
	request.Header.Set("X-Clickhouse-User", reader.User)
	request.Header.Set("X-Clickhouse-Key", reader.Password)
	request.Header.Set("X-Clickhouse-Format", "CSVWithNames")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", query, body)
	return string(body)
}
