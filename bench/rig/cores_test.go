package rig

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChooseSets(t *testing.T) {
	for _, c := range []struct {
		pin     string
		allowed Cores
		want    string // of both sets
		wrong   string
	}{
		{pin: "auto", allowed: Cores{0, 1, 2, 3}, want: "0-1/2-3"},
		{pin: "auto", allowed: Cores{1, 4, 5}, want: "1,4/5"},
		{pin: "auto", allowed: Cores{2}, want: "/"},
		{pin: "auto", want: "/"},
		{pin: "none", allowed: Cores{0, 1, 2, 3}, want: "/"},
		{pin: "2,0-1,2/3", allowed: Cores{0, 1, 2, 3}, want: "0-2/3"},
		{pin: "0-1/2-3", allowed: Cores{0, 1, 2}, wrong: "core 3 is not among those that this process may use"},
		{pin: "0-1", allowed: Cores{0, 1}, wrong: "as in 0-1/2-3"},
		{pin: "1-0/2", allowed: Cores{0, 1, 2}, wrong: `reading cores "1-0"`},
		{pin: "0/", allowed: Cores{0}, wrong: `reading cores ""`},
		{pin: "0/x", allowed: Cores{0}, wrong: `reading cores "x"`},
		{pin: "0/0-2000", allowed: Cores{0}, wrong: "numbers from 0 to 1023"},
	} {
		sets, err := chooseSets(c.pin, c.allowed)
		if c.wrong != "" {
			require.ErrorContains(t, err, c.wrong, c.pin)
			continue
		}
		require.NoError(t, err, c.pin)
		require.Equal(t, c.want, sets.Measured.String()+"/"+sets.Rest.String(), c.pin)
	}
}
