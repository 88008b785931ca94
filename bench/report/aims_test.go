package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAim(t *testing.T) {
	for _, c := range []struct {
		aim  Aim
		says string
	}{
		{Aim{What: "rate", Want: 10, Have: 12, Unit: "/s"}, "rate: at least 10 /s; 12 /s: met"},
		{Aim{What: "rate", Want: 10, Have: 4, Unit: "/s"}, "rate: at least 10 /s; 4 /s: **not met**, by a factor of 2.5"},
		{Aim{What: "delay", Want: 10, Have: 12, Unit: "ms", AtMost: true}, "delay: at most 10 ms; 12 ms: **not met**, by a factor of 1.2"},
		{Aim{What: "delay", Want: 10, Have: 12, Unit: "ms", AtMost: true, Chance: 1}, "delay: at most 10 ms; 12 ms: **not met**, by a factor of 1.2"},
		{Aim{What: "delay", Want: 10, Have: 12, Unit: "ms", AtMost: true, Chance: 3}, "delay: at most 10 ms; 12 ms: **not told**, for it may be wrong by 3"},
		{Aim{What: "delay", Want: 10, Have: 9, Unit: "ms", AtMost: true, Chance: 3}, "delay: at most 10 ms; 9 ms: **not told**, for it may be wrong by 3"},
		{Aim{What: "delay", Want: 10, Have: 6, Unit: "ms", AtMost: true, Chance: 3}, "delay: at most 10 ms; 6 ms: met"},
		{Aim{What: "delay", Want: 10, Unit: "ms", AtMost: true, Chance: math.Inf(1)}, "delay: at most 10 ms; 0 ms: **not told**, for it may be wrong by +Inf"},
	} {
		require.Equal(t, c.says, c.aim.String())
	}
}
