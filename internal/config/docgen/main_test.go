package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pages are those of these settings: `go generate ./internal/config` writes
// them anew.
func TestPagesAreOfTheseSettings(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, run(folder))
	for _, name := range []string{"settings.md", "waybill.yaml"} {
		want, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		have, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(have), "docs/%s: run go generate ./internal/config", name)
	}
}
