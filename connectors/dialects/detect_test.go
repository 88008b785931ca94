package dialects_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// A real payload is never taken for one of another dialect. Of those whose
// dialect cannot be told the golden file says why.
func TestDetect(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(payloads, "*", "*"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skipf("the payloads are not part of the project, and are not at %s", payloads)
	}
	var untold strings.Builder
	for _, file := range files {
		folder, name := filepath.Base(filepath.Dir(file)), filepath.Base(file)
		if strings.Contains(name, "karrio_expected__") {
			continue
		}
		payload, err := os.ReadFile(file)
		require.NoError(t, err)
		want := dialects.Named(folder)
		require.NotNil(t, want, folder)
		switch d, err := dialects.Detect(payload); {
		case err != nil:
			fmt.Fprintf(&untold, "%s/%s: %v\n", folder, name, err)
		case d != want:
			t.Errorf("%s/%s is taken for %s", folder, name, d.Name)
		}
	}
	golden(t, filepath.Join("testdata", "undetected.txt"), untold.String())
}

func TestDetectRefuses(t *testing.T) {
	for payload, problem := range map[string]string{
		"":                       "malformed: it is neither XML nor an object or a list of JSON",
		"null":                   "malformed: it is neither",
		`"shippo"`:               "malformed: it is neither",
		"7":                      "malformed: it is neither",
		"{}":                     "unknown_dialect: it has the marks of no dialect",
		"[]":                     "unknown_dialect: it has the marks of no dialect",
		"{":                      "malformed: it is not JSON",
		"<a>":                    "malformed: it is not whole XML",
		"<a/>":                   "unknown_dialect",
		`{"error":{"code":"X"}}`: "unknown_dialect",
	} {
		_, err := dialects.Detect([]byte(payload))
		require.ErrorContains(t, err, problem, payload)
	}
}
