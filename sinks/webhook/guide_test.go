package webhook

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the guide shows of a receiver is what the samples say, which run in
// TestSampleReceivers.
func TestGuideQuotesTheSamples(t *testing.T) {
	guide, err := os.ReadFile("../../docs/webhooks.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```(go|python|js)\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	languages := map[string]bool{}
	for _, block := range blocks {
		require.Contains(t, samplesIn(t, block[1]), block[2])
		languages[block[1]] = true
	}
	require.Len(t, languages, 3)
}

// samplesIn reads all samples in a language, as the guide names it.
func samplesIn(t *testing.T, language string) string {
	pattern := map[string]string{"go": "/go/*.go", "python": "/python/*.py", "js": "/javascript/*.mjs"}[language]
	files, err := filepath.Glob(samplesFolder + pattern)
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}
