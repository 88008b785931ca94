package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Machine is what figures were measured on, and of what.
type Machine struct {
	Processor string
	Cores     int
	Memory    int64 // bytes; 0: not known
	Platform  string
	GoVersion string
	Date      time.Time
	Commit    string
	Cast      string // which processes have which cores, and what the broker is
}

// ThisMachine describes this one, now.
func ThisMachine(ctx context.Context) Machine {
	return Machine{
		Processor: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Memory: kernelBytes("/proc/meminfo", "MemTotal"),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, GoVersion: runtime.Version(),
		Date: time.Now().UTC(), Commit: commit(ctx),
		Cast: FootingOf(ctx).String(),
	}
}

// String is the lines that stand above figures.
func (m Machine) String() string {
	known := "memory not known"
	if m.Memory > 0 {
		known = fmt.Sprintf("%.0f GiB", float64(m.Memory)/(1<<30))
	}
	return fmt.Sprintf("* %s, %d cores, %s, %s, %s\n* %s, commit %s\n* %s\n",
		m.Processor, m.Cores, known, m.Platform, m.GoVersion, m.Date.Format(time.DateOnly), m.Commit, m.Cast)
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

// commit is that of the working tree; git says "-dirty" when files differ from it.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--abbrev=12").Output()
	if err != nil {
		return "not known"
	}
	return strings.TrimSpace(string(out))
}

// Line is the machine, date and commit in one short line, for a picture.
func (m Machine) Line() string {
	return fmt.Sprintf("%s, %d cores; %s, commit %s", m.Processor, m.Cores, m.Date.Format(time.DateOnly), m.Commit)
}
