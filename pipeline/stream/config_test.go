package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	_, err := New(Config{
		Clock: 7, StandbyReplicas: -2, Workers: -1, MaxQueued: -3, SessionTimeout: -time.Second, CommitInterval: -time.Minute,
		Inputs: []string{"a", "a"}, Broadcasts: []Broadcast{{Topic: "b"}},
	}, tally{})
	for _, says := range []string{"App is missing", "Instance is missing", "Changelog is missing", "DeadLetters is missing",
		"must name at least one each", "clock(7)", "two uses", `broadcast "b" needs`, "StandbyReplicas is -2",
		"Workers is -1", "MaxQueued is -3", "SessionTimeout is -1s", "CommitInterval is -1m0s"} {
		require.ErrorContains(t, err, says)
	}
}

func valid() Config {
	return Config{App: "app", Instance: "one", Brokers: []string{"b:1"}, Inputs: []string{"in"}, Changelog: "state", DeadLetters: "dead"}
}

// What each broadcast topic is read for, none other may be written or read for.
func TestBroadcastTopicHasNoOtherUse(t *testing.T) {
	for _, topics := range [][]string{{"in"}, {"state"}, {"dead"}, {"rules", "rules"}} {
		cfg := valid()
		for _, topic := range topics {
			cfg.Broadcasts = append(cfg.Broadcasts, Broadcast{Topic: topic, Build: func(map[string][]byte) (any, error) { return nil, nil }})
		}
		_, err := New(cfg, tally{})
		require.ErrorContains(t, err, "two uses", topics)
	}
}

// The caller's slice is the caller's, and two appends to the inputs do not
// meet in one memory: goroutines make them.
func TestInputsAreNotShared(t *testing.T) {
	for _, rerouted := range []string{"", "rerouted"} {
		cfg := valid()
		theirs := append(make([]string, 0, 8), "z", "in")
		cfg.Inputs, cfg.Rerouted = theirs, rerouted
		r, err := New(cfg, tally{})
		require.NoError(t, err)
		theirs[1] = "changed"
		one, other := append(r.cfg.inputs(), "one"), append(r.cfg.inputs(), "other")
		require.Equal(t, []string{"z", "in"}, one[:2])
		require.Equal(t, "one", one[len(one)-1])
		require.Equal(t, "other", other[len(other)-1])
		require.Equal(t, []string{"z", "changed", "", "", "", "", "", ""}, theirs[:8])
	}
}
