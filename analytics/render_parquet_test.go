package analytics_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/internal/embedded"
)

// A reader that has nothing of ours, ClickHouse itself, finds every column in its
// order, with its type and its values.
func TestParquetIsReadByOthers(t *testing.T) {
	server := ownClickHouse(t)
	result := sample(t)
	result.Columns = append(result.Columns,
		analytics.Column{Name: "day", Type: "Nullable(Date32)"}, analytics.Column{Name: "net", Type: "Int64"},
		analytics.Column{Name: "open", Type: "Bool"}, analytics.Column{Name: "tags", Type: "Array(String)"})
	result.Rows[0] = append(result.Rows[0], "2024-02-29", int64(-5), true, []string{"a", "b"})
	result.Rows[1] = append(result.Rows[1], nil, int64(7), false, []string{})
	var file bytes.Buffer
	require.NoError(t, result.Render(&file, analytics.FormatParquet))

	askHTTP(t, server, "CREATE TABLE parquet ENGINE = Memory AS SELECT * FROM format(Parquet, unhex('"+hex.EncodeToString(file.Bytes())+"'))")
	require.Equal(t, `carrier Nullable(String)
late Nullable(Int64)
rate Nullable(Float64)
seen Nullable(DateTime64(3, 'UTC'))
day Nullable(Date32)
net Nullable(Int64)
open Nullable(Bool)
tags Nullable(String)
`, strings.ReplaceAll(askHTTP(t, server, "SELECT name, type FROM system.columns WHERE table = 'parquet' ORDER BY position FORMAT TSVRaw"), "\t", " "))
	require.JSONEq(t, `["one, \"two\"", 12, 0.5, "2026-05-04 00:00:00.000", "2024-02-29", -5, true, "[a b]"]`,
		askHTTP(t, server, "SELECT * FROM parquet WHERE late = 12 FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0"))
	require.JSONEq(t, `{"carrier":"steers\u001b[2J the\nterminal","late":3,"rate":null,"seen":null,"day":null,"net":7,"open":false,"tags":"[]"}`,
		askHTTP(t, server, "SELECT * FROM parquet WHERE late = 3 FORMAT JSONEachRow SETTINGS output_format_json_quote_64bit_integers = 0"))
}

func TestParquetSaysWhatWasAsked(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, sample(t).Render(&file, analytics.FormatParquet))
	opened, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	for key, want := range map[string]string{"report": "on-time", "date_basis": "Date basis: a date.", "as_of": "2026-06-01T00:00:00Z"} {
		value, _ := opened.Lookup(key)
		require.Equal(t, want, value, key)
	}
	file.Reset()
	empty := &analytics.Result{Columns: []analytics.Column{{Name: "carrier", Type: "String"}}}
	require.NoError(t, empty.Render(&file, analytics.FormatParquet))
	opened, err = parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	require.Zero(t, opened.NumRows())
}

// ownClickHouse is a server that is asked by HTTP.
func ownClickHouse(t *testing.T) *embedded.ClickHouse {
	t.Helper()
	server, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: t.TempDir()})
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

// askHTTP sends a query and returns the answer as it came.
func askHTTP(t *testing.T, server *embedded.ClickHouse, query string, parameters ...string) string {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+server.HTTPAddr()+"/?"+values.Encode(), strings.NewReader(query))
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", query, body)
	return string(body)
}
