//go:build !unix

package rig

import "time"

// ownCPU is not told on this platform.
func ownCPU() (time.Duration, error) { return 0, nil }
