package replay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
)

func BenchmarkLoad(b *testing.B) {
	o := options(b, "scms")
	rows := 0
	for b.Loop() {
		batch, err := replay.Load(o, replay.SCMS())
		require.NoError(b, err)
		rows += batch.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
