package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The settings that operators are shown are settings, and go together.
func TestSecuredExamples(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations", "secured.md"))
	require.NoError(t, err)
	dir := t.TempDir()
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, examples, 3)
	for _, example := range examples {
		for _, file := range regexp.MustCompile(`/etc/waybill/(\S+)`).FindAllStringSubmatch(example[1], -1) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file[1]), []byte("secret\n"), 0o600))
		}
		a, err := parse(t, strings.ReplaceAll(example[1], "/etc/waybill", dir))
		require.NoError(t, err, example[1])
		require.Empty(t, a.Warnings(), example[1])
	}
}
