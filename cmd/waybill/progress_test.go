package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressLine(t *testing.T) {
	require.Equal(t, "read 0 of 10", progressLine("read", 0, 10, time.Second))
	require.Equal(t, "read 5 of 0", progressLine("read", 5, 0, time.Second), "the total is not known")
	require.Equal(t, "read 250 of 1000, 25%, 50/s, 15s left", progressLine("read", 250, 1000, 5*time.Second))
	require.Equal(t, "read 10 of 10, 100%, 10/s, 0s left", progressLine("read", 10, 10, time.Second))
}
