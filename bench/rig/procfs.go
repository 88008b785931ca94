package rig

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// clockTick is the unit of processor time in /proc/*/stat, which Linux fixes
// for programs on every platform that Go runs on.
const clockTick = 10 * time.Millisecond

// procTimes is processor time, by whose it is.
type procTimes struct{ children, others time.Duration }

// readTimes says what has been used so far: by the living children of this
// process, and by processes that are not of this command. Both are 0 where
// there is no /proc.
func readTimes() (procTimes, error) {
	own, err := ownCPU()
	if err != nil {
		return procTimes{}, err
	}
	children := childrenCPU()
	return procTimes{children: children, others: machineCPU() - children - own}, nil
}

// childrenCPU is the processor time that the living children of this process
// have used: a broker and a measured process. It is 0 where there is no /proc.
func childrenCPU() (sum time.Duration) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	own := strconv.Itoa(os.Getpid())
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		if parent, used := parseStat(stat); parent == own {
			sum += used
		}
	}
	return sum
}

// machineCPU is the processor time that all processes have used since the
// machine was started. It is 0 where there is no /proc.
func machineCPU() time.Duration {
	stat, _ := os.ReadFile("/proc/stat")
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	return parseMachine(line)
}

// parseMachine reads the first line of /proc/stat: the name "cpu", then ticks
// by what they were spent on. Those of guests are counted in user time too.
func parseMachine(line []byte) (used time.Duration) {
	const idle, waiting, guest = 4, 5, 9
	for i, field := range bytes.Fields(line) {
		if ticks, err := strconv.Atoi(string(field)); err == nil && i != idle && i != waiting && i < guest {
			used += time.Duration(ticks) * clockTick
		}
	}
	return used
}

// parseStat reads the parent and the processor time, user and system, of one
// process. The fields are counted behind the name, which may hold anything.
func parseStat(stat []byte) (parent string, used time.Duration) {
	const state, user, system = 0, 11, 12
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= system {
		return "", 0
	}
	for _, i := range []int{user, system} {
		ticks, err := strconv.Atoi(string(fields[i]))
		if err != nil {
			return "", 0
		}
		used += time.Duration(ticks) * clockTick
	}
	return string(fields[state+1]), used
}

// ProcessCPU is the processor time that one process has used so far, to 10 ms.
// It is 0 where there is no /proc.
func ProcessCPU(pid int) time.Duration {
	stat, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	_, used := parseStat(stat)
	return used
}
