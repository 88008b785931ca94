package rig

import (
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has spent since its start, or between two moments.
type Usage struct {
	CPU         time.Duration `json:"cpu"` // user and system; 0 where the platform does not tell
	Allocations uint64        `json:"allocations"`
	Peak        int64         `json:"peak"` // the most memory that was resident since its start, in bytes; 0 where the platform does not tell
}

func (u Usage) since(before Usage) Usage {
	return Usage{CPU: u.CPU - before.CPU, Allocations: u.Allocations - before.Allocations, Peak: u.Peak}
}

// OwnUsage is that of this process since its start.
func OwnUsage() (Usage, error) {
	cpu, err := ownCPU()
	if err != nil {
		return Usage{}, err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return Usage{CPU: cpu, Allocations: memory.Mallocs, Peak: kernelBytes("/proc/self/status", "VmHWM")}, nil
}

// kernelBytes is the value of a line "name: number kB" of a file of the
// kernel's; 0 when there is none.
func kernelBytes(path, name string) int64 {
	number, _, _ := strings.Cut(field(path, name), " ")
	kib, _ := strconv.ParseInt(number, 10, 64)
	return kib << 10
}
