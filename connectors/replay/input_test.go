package replay_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
)

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// formsOf writes a CSV text in each way that means the same.
func formsOf(t testing.TB, plain string) map[string]string {
	crlf := strings.ReplaceAll(plain, "\n", "\r\n")
	return map[string]string{
		"gzip":                   packed(t, plain),
		"two archives in one":    packed(t, plain[:50]) + packed(t, plain[50:]),
		"CRLF":                   crlf,
		"byte order mark":        "\ufeff" + plain,
		"both, packed":           packed(t, "\ufeff"+crlf),
		"without the last end":   strings.TrimSuffix(plain, "\n"),
		"blank lines":            strings.ReplaceAll(plain, "\n", "\n\n"),
		"blanks around cells":    strings.ReplaceAll(plain, ",", " , "),
		"quotes around cells":    `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(plain, "\n"), ",", `","`), "\n", "\"\n\"") + `"`,
		"columns in other order": reversed(plain),
	}
}

func reversed(plain string) string {
	var b strings.Builder
	for line := range strings.Lines(plain) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), ",")
		slices.Reverse(cells)
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	return b.String()
}

func TestFilesAndStdin(t *testing.T) {
	row := "1,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n"
	path := filepath.Join(t.TempDir(), "a.csv")
	require.NoError(t, os.WriteFile(path, []byte(packed(t, scmsHeader+row)), 0o600))
	b, err := replay.Load(options(t, "scms"), replay.Files([]string{path, "-"}, strings.NewReader(scmsHeader+"2"+row[1:]+"bad\n"))...)
	require.NoError(t, err)
	require.Equal(t, 3, b.Rows)
	require.Len(t, b.Records, 4)
	require.Equal(t, "scms:ASN1.1", b.Records[0].Key)
	require.Equal(t, "scms:ASN1.2", b.Records[1].Key)
	require.Len(t, b.Refused, 1)
	require.Equal(t, "stdin:3: the row has 1 cells, the header has 13", b.Refused[0].String())

	_, err = replay.Load(options(t, "scms"), replay.Files([]string{path + ".gone"}, nil)...)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "opening "+path+".gone")
}
