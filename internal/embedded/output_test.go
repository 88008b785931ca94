package embedded

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTailKeepsTheEnd(t *testing.T) {
	var words tail
	require.Empty(t, words.String())
	for range 3 {
		_, err := io.WriteString(&words, strings.Repeat("x", tailBytes-1)+"\n")
		require.NoError(t, err)
	}
	_, err := io.WriteString(&words, "the end\n")
	require.NoError(t, err)
	got := words.String()
	require.LessOrEqual(t, len(got), tailBytes)
	require.True(t, strings.HasSuffix(got, "x\nthe end"))
}

func TestFirstLineComesOnceAndWhole(t *testing.T) {
	said := newFirstLine()
	for _, piece := range []string{"127.0.", "0.1:9", "092\nmore", "\nand more\n"} {
		_, err := io.WriteString(said, piece)
		require.NoError(t, err)
	}
	require.Equal(t, "127.0.0.1:9092", <-said.line)
	require.Empty(t, said.line)
}

func TestLineLogSplitsLines(t *testing.T) {
	var out bytes.Buffer
	log := &lineLog{to: slog.New(slog.NewTextHandler(&out, nil)), source: "kafka"}
	for _, piece := range []string{"one\ntw", "o\n", "thr"} {
		_, err := io.WriteString(log, piece)
		require.NoError(t, err)
	}
	require.Equal(t, 2, strings.Count(out.String(), "embedded kafka says"))
	require.Contains(t, out.String(), "line=one")
	require.Contains(t, out.String(), "line=two")
	require.NotContains(t, out.String(), "thr")
}
