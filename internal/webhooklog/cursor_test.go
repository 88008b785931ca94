package webhooklog

import (
	"testing"
	"time"

	"waybill/internal/listing"

	"github.com/stretchr/testify/require"
)

// Whatever a reader hands back, it is refused as wrong input or is a cursor that
// means the same when it is written again.
func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add("garbage")
	empty := cursor{at: time.UnixMilli(0)}
	f.Add(empty.text())
	far := cursor{question: 1 << 63, at: time.UnixMilli(1 << 41), last: map[int32]int64{0: 0, 7: 1<<63 - 1, 1<<31 - 1: 5}}
	f.Add(far.text())
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readCursor(text)
		if err != nil {
			var wrong *listing.InputError
			require.ErrorAs(t, err, &wrong)
			return
		}
		again, err := readCursor(c.text())
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

func TestCursorRoundTrip(t *testing.T) {
	far := cursor{question: 1 << 63, at: time.UnixMilli(1 << 41), last: map[int32]int64{0: 0, 7: 1<<63 - 1, 1<<31 - 1: 5}}
	got, err := readCursor(far.text())
	require.NoError(t, err)
	require.Equal(t, &far, got)
}
