package registrations

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// A test binary is also the measured process, and a broker.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{deployed.Kind: rig.Kind(deployed.New)})
}

// What the API makes of a batch are records of the keys and sizes that the bare
// producer sends, and each is there.
func TestBothSendTheSame(t *testing.T) {
	s, err := newScene(t.Context(), 2)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.close()) }()
	sent := make(map[string]int)
	read := func() {
		clear(sent)
		require.NoError(t, topiclog.Whole(t.Context(), s.stage.Client, schemas.TopicRegistrations, nil, func(r *kgo.Record) error {
			sent[string(r.Key)] += len(r.Value)
			return nil
		}))
	}
	require.NoError(t, s.post(t.Context(), 2))
	read()
	ours := len(sent)
	require.Equal(t, batchSize, ours)
	bytes := sent["sim-post:P00000000007"]
	rate, err := s.produce(t.Context(), 2)
	require.NoError(t, err)
	require.Positive(t, rate)
	read()
	require.Len(t, sent, batchSize)
	require.Equal(t, 2*bytes, sent["sim-post:P00000000007"])
	require.NoError(t, s.ask(t.Context(), `{"trackings":[{"carrier":"sim-post","tracking_number":"S1"}]}`))
	require.ErrorContains(t, s.ask(t.Context(), "{}"), "it answered 400")
	_, err = s.process.End()
	require.NoError(t, err)
}
