package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/config"
)

func writeSecret(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSecretsComeFromFiles(t *testing.T) {
	for _, text := range []string{"hunter2", "hunter2\n", "hunter2\r\n"} {
		a, err := parse(t, "", "--clickhouse-password-file", writeSecret(t, text))
		require.NoError(t, err)
		require.Equal(t, "hunter2", string(a.ClickHouse.Password))
		require.Empty(t, a.Warnings())
	}
	t.Setenv("WAYBILL_CLICKHOUSE_PASSWORD_FILE", writeSecret(t, " of the environment \n"))
	a, err := parse(t, "")
	require.NoError(t, err)
	require.Equal(t, " of the environment ", string(a.ClickHouse.Password), "only the line's end is cut")
}

func TestSecretFilesThatCannotBeUsed(t *testing.T) {
	for text, says := range map[string]string{
		"": "it is empty", "\n": "it is empty", "a\nb\n": "more than one line", strings.Repeat("a", 1<<17): "more than 65536 bytes",
	} {
		_, err := parse(t, "", "--clickhouse-password-file", writeSecret(t, text))
		require.ErrorContains(t, err, "--clickhouse-password-file names ")
		require.ErrorContains(t, err, says)
	}
	_, err := parse(t, "clickhouse: {password-file: /nowhere}")
	require.ErrorContains(t, err, "names /nowhere (")
	require.ErrorContains(t, err, "no such file")

	t.Setenv("WAYBILL_CLICKHOUSE_PASSWORD", "hunter2")
	_, err = parse(t, "", "--clickhouse-password-file", writeSecret(t, "hunter3"))
	require.EqualError(t, err, "--clickhouse-password (WAYBILL_CLICKHOUSE_PASSWORD) and --clickhouse-password-file are both set; keep one")
}

func TestWarningOfSecretsThatAllCanRead(t *testing.T) {
	path := writeSecret(t, "hunter2")
	require.NoError(t, os.Chmod(path, 0o644))
	a, err := parse(t, "", "--clickhouse-password-file", path)
	require.NoError(t, err)
	require.Len(t, a.Warnings(), 1)
	require.Contains(t, a.Warnings()[0], path+" can be read by everybody")
}

func TestPasswordsInURLsAreMasked(t *testing.T) {
	a, err := parse(t, "registry: {url: 'https://me:hunter2@registry'}")
	require.NotContains(t, err.Error(), "hunter2")
	for _, v := range a.Values() {
		require.NotContains(t, v.Value, "hunter2", v.Name)
	}
}

func TestSecretsAreMaskedHoweverTheyArePrinted(t *testing.T) {
	secret := config.ClickHouse{Password: "hunter2"}
	text, err := json.Marshal(secret)
	require.NoError(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "all", secret, "one", secret.Password)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "all", secret, "one", secret.Password)
	shown := fmt.Sprintf("%v %+v %#v %s %q", secret, secret, secret, secret.Password, secret.Password) + string(text) + log.String()
	require.NotContains(t, shown, "hunter2")
	require.Contains(t, shown, "(set)")
	require.Empty(t, config.Secret("").String())
}
