package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine is what the figures were measured on, and of what.
type machine struct {
	processor string
	cores     int
	memoryGiB float64 // 0: not known
	platform  string
	goVersion string
	date      time.Time
	commit    string
}

func thisMachine(ctx context.Context) machine {
	return machine{
		processor: field("/proc/cpuinfo", "model name"), cores: runtime.NumCPU(), memoryGiB: memory(),
		platform: runtime.GOOS + "/" + runtime.GOARCH, goVersion: runtime.Version(),
		date: time.Now().UTC(), commit: commit(ctx),
	}
}

// field is the value of a line "name: value" of a file of the kernel's, or
// "not known".
func field(path, name string) string {
	text, _ := os.ReadFile(path) // there is none on other systems than Linux
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "not known"
}

func memory() float64 {
	number, _, _ := strings.Cut(field("/proc/meminfo", "MemTotal"), " ")
	kib, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	return kib / (1 << 20)
}

// commit is that of the working tree; git says "-dirty" when files differ from it.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--abbrev=12").Output()
	if err != nil {
		return "not known"
	}
	return strings.TrimSpace(string(out))
}
