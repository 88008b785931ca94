package schedule

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The receiver's guide tells each schedule as it is.
func TestGuideTellsTheSchedules(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/webhooks.md")
	require.NoError(t, err)
	for _, name := range Names() {
		s, ok := ByName(name)
		require.True(t, ok)
		waits := make([]string, len(s.Waits))
		for i, wait := range s.Waits {
			waits[i] = inWords(wait)
		}
		require.Contains(t, string(guide), fmt.Sprintf("| `%s` | %s | %s |\n", name, strings.Join(waits, ", "), inWords(s.Deadline)))
	}
}

// inWords writes a time in whole hours, or in minutes and seconds.
func inWords(d time.Duration) string {
	minutes, seconds := d/time.Minute, d%time.Minute/time.Second
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case seconds == 0:
		return fmt.Sprintf("%d min", minutes)
	case minutes == 0:
		return fmt.Sprintf("%d s", seconds)
	}
	return fmt.Sprintf("%d min %d s", minutes, seconds)
}
