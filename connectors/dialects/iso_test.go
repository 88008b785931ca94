package dialects

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Times that are read quickly are those that package time reads.
func TestISOSecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.StringMatching(`(0000|19[0-9]{2}|20[0-9]{2})-(0[0-9]|1[0-4])-([0-2][0-9]|3[0-4])[T ]([01][0-9]|2[0-6]):([0-5][0-9]|60):([0-5][0-9]|60)(\.[0-9]{0,10})?(|Z|[+-](0[0-9]|1[0-4]|2[34]):([0-5][0-9]|60)|[+-]0[0-9]{3}| Z|,5Z|z)`).Draw(t, "time")
		clock, offset, ok := isoSecond(written)
		want, err := time.Parse(isoLayout(written), written)
		if ok {
			var by time.Duration
			if offset != "" {
				by, ok = ahead(offset)
				require.True(t, ok, written)
			}
			require.NoError(t, err, written)
			require.True(t, want.Equal(clock.Add(-by)), "%s is %s, and its clock shows %s", written, want, clock)
		}
		if err == nil && strings.HasSuffix(written, "Z") && !strings.ContainsAny(written, ".,") && written[len(written)-2] != ' ' {
			require.True(t, ok, "%s is a common form", written)
		}
	})
}
