package main

import (
	"runtime"
	"time"
)

// usage is what a process has spent since its start, or between two moments.
type usage struct {
	CPU         time.Duration `json:"cpu"` // user and system; 0 where the platform does not tell
	Allocations uint64        `json:"allocations"`
}

func (u usage) since(before usage) usage {
	return usage{CPU: u.CPU - before.CPU, Allocations: u.Allocations - before.Allocations}
}

// ownUsage is that of this process.
func ownUsage() (usage, error) {
	cpu, err := ownCPU()
	if err != nil {
		return usage{}, err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return usage{CPU: cpu, Allocations: memory.Mallocs}, nil
}
