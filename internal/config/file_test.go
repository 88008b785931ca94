package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
)

// All that is wrong is said at once, each with its place.
func TestEveryMistakeIsSaidAtOnce(t *testing.T) {
	t.Setenv("WAYBILL_API_RATE", "fast")
	_, err := parse(t, `kafka:
  broker: one:9092
  partitions: many
workers: {a: 1}
reorder-hold: [1s]
data: a
data: b
api:
  listen:
webhook:
  allow: [10.0.0.0/8, [nested]]
`)
	var problems config.SettingsError
	require.ErrorAs(t, err, &problems)
	sources := make(map[string]string)
	for _, p := range problems {
		sources[p.Setting] = p.Source
		require.NotEmpty(t, p.Message)
	}
	for setting, line := range map[string]string{
		"kafka-broker": ":2", "kafka-partitions": ":3", "workers-a": ":4", "reorder-hold": ":5", "data": ":7", "api-listen": ":9", "webhook-allow": ":11",
		"api-rate": "WAYBILL_API_RATE",
	} {
		require.Regexp(t, line+"$", sources[setting], setting)
	}
	require.Len(t, problems, len(sources))
	for _, says := range []string{
		"8 settings are wrong:\n", `did you mean "kafka-brokers"?`, `--kafka-partitions is "many" (`, "it must be a whole number",
		"workers has keys below it; it must be a whole number", "reorder-hold is a list; it must be a duration such as",
		"data is set in line 6 already", `api-listen has no value; write "" for an empty one`, "--api-rate is \"fast\" (WAYBILL_API_RATE); it must be a number",
	} {
		require.ErrorContains(t, err, says)
	}
}

func TestFilesThatHoldNoSettings(t *testing.T) {
	for text, says := range map[string]string{
		"kafka: [":              "reading the settings file",
		"- a\n- b":              "holds no keys with values",
		"data: a\n---\ndata: b": "more than one document",
	} {
		_, err := parse(t, text)
		require.ErrorContains(t, err, says)
	}
	for _, text := range []string{"", "# nothing yet\n", "kafka:\n  # nothing yet\n", "kafka: {}", "data: &d x\nstate-dir: *d\n"} {
		_, err := parse(t, text)
		require.NoError(t, err, text)
	}
	_, err := parse(t, "", "--config", "/nowhere.yaml")
	require.ErrorContains(t, err, "opening the settings file (--config): open /nowhere.yaml")
	require.ErrorAs(t, err, new(config.SettingsError))
}

// An empty variable is an empty value, and none where a value cannot be empty.
func TestEmptyVariables(t *testing.T) {
	t.Setenv("WAYBILL_MAPS", "")
	t.Setenv("WAYBILL_API_LISTEN", "")
	t.Setenv("WAYBILL_WORKERS", "")
	t.Setenv("WAYBILL_KNOWN_CARRIERS", "")
	t.Setenv("WAYBILL_CLOCK", "")
	a, err := parse(t, "maps: here\nworkers: 3")
	require.NoError(t, err)
	require.Empty(t, a.Knowledge.Maps, "not the working directory")
	require.Empty(t, a.API.Listen)
	require.Equal(t, 3, a.Pipeline.Workers)
	require.False(t, a.Pipeline.KnownCarriers)
	require.Equal(t, "live", a.Pipeline.Clock)
}

// The example file has every setting, with a value that it takes.
func TestExampleFileHasEverySetting(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "waybill.yaml"))
	require.NoError(t, err)
	all := regexp.MustCompile(`(?m)^#([a-z0-9-]+:)`).ReplaceAllString(string(text), "$1")
	a, err := parse(t, all)
	require.NoError(t, err)
	for _, v := range a.Values() {
		if v.Name != "config" {
			require.Contains(t, v.Source, "waybill.yaml:", v.Name)
		}
	}
}
