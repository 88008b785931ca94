package knowledge_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
	"waybill/internal/knowledge"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestFilesOfTheUser(t *testing.T) {
	own, err := knowledge.Load(config.Knowledge{})
	require.NoError(t, err)

	model, err := os.ReadFile("../../schemas/status/model.yaml")
	require.NoError(t, err)
	mine := strings.Replace(string(model), `version: "1"`, "version: mine", 1)
	mine += "  - {code: exc.strike, status: EXCEPTION, party: external, severity: 1, name: Strike, meaning: People are on strike.}\n"
	maps := write(t, "feed.yaml", "source: feed\nversion: \"3\"\ncodes: {ST: exc.strike}\n")
	settings := config.Knowledge{
		Carriers: write(t, "c.yaml", "carriers:\n  - {carrier: scms, name: Mine, aliases: [mine]}\n  - {carrier: moon-mail, aliases: [mm]}\n"),
	}
	knows, err := knowledge.Load(settings)
	require.NoError(t, err)
	require.Equal(t, own.Carriers.Len()+1, knows.Carriers.Len())
	require.Equal(t, "moon-mail", knows.Carriers.Canonical("MM"))
	require.Equal(t, "scms", knows.Carriers.Canonical("mine"))
	require.Equal(t, "usaid-scms", knows.Carriers.Canonical("USAID SCMS"), "the user's entry counts as a whole")
	require.Equal(t, "sim", knows.Carriers.Canonical("simulator"))

	settings.Model = write(t, "m.yaml", mine)
	settings.Maps = filepath.Dir(maps)
	knows, err = knowledge.Load(settings)
	require.NoError(t, err)
	code, version, ok := knows.Maps.Lookup("feed", "", "ST", "", "")
	require.Equal(t, []any{"exc.strike", "feed/3", true}, []any{code, version, ok})
	require.Equal(t, "mine", knows.Model.Version())
	require.Equal(t, "contact_carrier", knows.Maps.Dialect("shippo").Word("exc.strike").Detail, "that of its main status")
}

func TestWrongFilesAreNamed(t *testing.T) {
	for _, c := range []struct {
		settings config.Knowledge
		says     string
	}{
		{config.Knowledge{Model: "no/such.yaml"}, "reading the status model: open no/such.yaml"},
		{config.Knowledge{Model: write(t, "m.yaml", "version: x\nstatus: []\n")}, "m.yaml: reading the status model: line 2: there is no key status (did you mean statuses?)"},
		{config.Knowledge{Maps: "no/such"}, "reading the folder of maps: open no/such"},
		{config.Knowledge{Carriers: "no/such.yaml"}, "reading the carrier table: open no/such.yaml"},
		{config.Knowledge{Carriers: write(t, "c.yaml", "carriers:\n  - {carier: x}\n")}, "c.yaml: line 2: there is no key carier (did you mean carrier?)"},
		{config.Knowledge{Carriers: write(t, "d.yaml", "carriers: [{carrier: x, aliases: [sim]}]")}, `the name "sim" stands for x and for sim`},
	} {
		_, err := knowledge.Load(c.settings)
		require.ErrorContains(t, err, c.says)
	}
}
