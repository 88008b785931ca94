package polling

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/internal/accounts"
	"waybill/internal/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func table(t testing.TB) *carriers.Table {
	t.Helper()
	known, err := carriers.Default()
	require.NoError(t, err)
	return known
}

// read makes accounts of YAML. @ after a blank stands for a file with the key "key-1".
func read(t testing.TB, text string) *accounts.Accounts {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte("key-1\n"), 0o600))
	a, err := accounts.Parse([]byte(strings.ReplaceAll(text, " @", " {file: '"+key+"'}")))
	require.NoError(t, err)
	return a
}

// accountOf is a tenant's only account, by which a source at an address is asked
// about a carrier.
func accountOf(t testing.TB, source, url, carrier, name string) *Account {
	t.Helper()
	d, err := NewDirectory(read(t, `accounts:
  - name: main
    tenant: acme
    source: `+source+`
    polling: {url: "`+url+`", key: @, password: @, carriers: {`+carrier+`: "`+name+`"}}
`), table(t), withShippo())
	require.NoError(t, err)
	require.NoError(t, d.ReadSecrets())
	return d.All()[0]
}

// withShippo are the sources and one more, made as docs/connectors/polling.md
// shows.
func withShippo() []*Source { return append(Sources(), shippo()) }

// serve plays answers.
func serve(t testing.TB, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s
}

// askOf asks an account of Shippo at a server about one parcel.
func askOf(t testing.TB, s *httptest.Server, change ...func(*asker)) *answer {
	t.Helper()
	k := newAsker("test", table(t), newMemory(10))
	t.Cleanup(k.client.CloseIdleConnections)
	for _, c := range change {
		c(k)
	}
	return k.ask(t.Context(), accountOf(t, "shippo", s.URL, "usps", "usps"), []parcel{{carrier: "usps", number: "92001903060085300042901077"}}, false)
}

// track is an answer of Shippo with one event, of that minute.
func track(number string, minute int) string {
	at := time.Date(2026, 5, 4, 8, minute, 0, 0, time.UTC).Format(time.RFC3339)
	return `{"carrier": "usps", "tracking_number": "` + number + `", "tracking_history": [
		{"status": "TRANSIT", "status_details": "On its way", "status_date": "` + at + `", "substatus": {"code": "package_departed"}}]}`
}
