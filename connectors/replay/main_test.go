package replay_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"waybill/connectors/carriers"
	"waybill/connectors/replay"
	"waybill/schemas"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// options are what every load needs, with the map of that name, or none for
// NDJSON.
func options(t testing.TB, mapName string) replay.LoadOptions {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	table, err := carriers.Default()
	require.NoError(t, err)
	o := replay.LoadOptions{Carriers: table, Codecs: codecs}
	if mapName != "" {
		o.Map, err = replay.LoadMap(mapName)
		require.NoError(t, err)
	}
	return o
}

// load reads a text that no row of which may be refused.
func load(t testing.TB, o replay.LoadOptions, text string) []replay.Record {
	t.Helper()
	b, err := replay.Load(o, replay.BytesInput("test", []byte(text)))
	require.NoError(t, err)
	require.Empty(t, b.Refused)
	return b.Records
}

func loadSCMS(t testing.TB) *replay.Batch {
	t.Helper()
	b, err := replay.Load(options(t, "scms"), replay.SCMS())
	require.NoError(t, err)
	return b
}
