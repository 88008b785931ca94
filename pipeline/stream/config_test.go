package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	_, err := New(Config{Clock: 7, StandbyReplicas: -2, Inputs: []string{"a", "a"}, Broadcasts: []Broadcast{{Topic: "b"}}}, tally{})
	for _, says := range []string{"App is missing", "Instance is missing", "Changelog is missing", "DeadLetters is missing",
		"must name at least one each", "clock(7)", "two uses", `broadcast "b" needs`, "StandbyReplicas is -2"} {
		require.ErrorContains(t, err, says)
	}
}
