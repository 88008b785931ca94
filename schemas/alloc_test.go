package schemas

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// allocsToRead are what reading a carrier event may allocate: itself, its texts
// in one piece, and what may be absent.
const allocsToRead = 4

// Writing a record into memory that is there allocates nothing.
func TestCodecAllocations(t *testing.T) {
	c := mustCodecs(t).CarrierEvent
	data, err := c.Encode(&sampleEvent)
	require.NoError(t, err)
	buffer := make([]byte, 0, 2*len(data))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, err := c.Append(buffer, &sampleEvent)
		require.NoError(t, err)
	}))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		_, err := c.Decode(data)
		require.NoError(t, err)
	}), float64(allocsToRead))
}
