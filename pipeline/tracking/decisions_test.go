package tracking

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// What is counted is what the rules decide, as they stand in the source: a
// decision that is left out would be counted nowhere.
func TestDecisionsAreAll(t *testing.T) {
	names := map[string]string{
		"schemas.DecisionAccepted": schemas.DecisionAccepted, "schemas.DecisionDuplicate": schemas.DecisionDuplicate, "schemas.DecisionRevision": schemas.DecisionRevision,
		"schemas.DecisionLate": schemas.DecisionLate, "schemas.DecisionOutdated": schemas.DecisionOutdated, "schemas.DecisionAfterWindow": schemas.DecisionAfterWindow,
		"schemas.DecisionOrphan": schemas.DecisionOrphan, "schemas.DecisionFlooded": schemas.DecisionFlooded, "schemas.DecisionHeldReorder": schemas.DecisionHeldReorder,
		"schemas.DecisionHeldFuture": schemas.DecisionHeldFuture, "schemas.DecisionHeldOrphan": schemas.DecisionHeldOrphan,
	}
	made := map[[2]string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	because, held := regexp.MustCompile(`because\{([\w.]+), "(\w+)"`), regexp.MustCompile(`p\.held, p\.due = (?:true, )?([\w.]+),`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		hold := ""
		for line := range strings.Lines(string(text)) {
			if found := held.FindStringSubmatch(line); found != nil {
				hold = found[1]
			}
			found := because.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			if found[1] == "p.held" { // the line above says what it is
				found[1] = hold
			}
			require.NotEmpty(t, names[found[1]], "%s: %s", file, line)
			made[[2]string{names[found[1]], found[2]}] = true
		}
	}
	listed := map[[2]string]bool{}
	for _, d := range Decisions() {
		listed[d] = true
	}
	require.Equal(t, made, listed)
}
