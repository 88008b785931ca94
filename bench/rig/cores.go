package rig

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Cores are processor cores by the system's numbers, in order. None: all that
// the system gives, so nothing is pinned.
type Cores []int

// String writes them as Linux does: 0-2,5.
func (c Cores) String() string {
	var runs []string
	for i := 0; i < len(c); {
		end := i
		for end+1 < len(c) && c[end+1] == c[end]+1 {
			end++
		}
		run := strconv.Itoa(c[i])
		if end > i {
			run += "-" + strconv.Itoa(c[end])
		}
		runs = append(runs, run)
		i = end + 1
	}
	return strings.Join(runs, ",")
}

// parseCores reads what String writes.
func parseCores(text string) (Cores, error) {
	var found Cores
	for run := range strings.SplitSeq(text, ",") {
		first, last, isRun := strings.Cut(run, "-")
		if !isRun {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || from < 0 || to < from || to > mostCores {
			return nil, fmt.Errorf("reading cores %q: numbers from 0 to %d and ranges of them are wanted, as in 0-2,5", text, mostCores)
		}
		for core := from; core <= to; core++ {
			found = append(found, core)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// mostCores is the highest number that Linux's sets of cores have room for.
const mostCores = 1023

// Sets are the cores of a run: those of the process that is measured, and
// those of all others: broker, load, receivers, ClickHouse.
type Sets struct{ Measured, Rest Cores }

// String says both, as it stands in the results.
func (s Sets) String() string {
	if len(s.Measured) == 0 {
		return "no process is pinned: all share the cores"
	}
	return fmt.Sprintf("what is measured is pinned to cores %s; broker, load and all others to cores %s", s.Measured, s.Rest)
}

// The words of --pin.
const (
	pinAuto = "auto"
	pinNone = "none"
)

// chooseSets reads --pin: auto halves the cores that there are, the larger half
// for what is measured; none pins nothing; else both sets, as in 0-1/2-3. Where
// there is only one core, or the system cannot pin, auto is none.
func chooseSets(text string, allowed Cores) (Sets, error) {
	switch {
	case text == pinNone, text == pinAuto && len(allowed) < 2:
		return Sets{}, nil
	case text == pinAuto:
		half := (len(allowed) + 1) / 2
		return Sets{Measured: allowed[:half], Rest: allowed[half:]}, nil
	}
	measured, rest, both := strings.Cut(text, "/")
	if !both {
		return Sets{}, fmt.Errorf("--pin %q: auto, none, or the cores of what is measured and those of the rest are wanted, as in 0-1/2-3", text)
	}
	var s Sets
	var err error
	if s.Measured, err = parseCores(measured); err != nil {
		return Sets{}, fmt.Errorf("--pin %q: %w", text, err)
	}
	if s.Rest, err = parseCores(rest); err != nil {
		return Sets{}, fmt.Errorf("--pin %q: %w", text, err)
	}
	for _, core := range slices.Concat(s.Measured, s.Rest) {
		if !slices.Contains(allowed, core) {
			return Sets{}, fmt.Errorf("--pin %q: core %d is not among those that this process may use, %q", text, core, allowed)
		}
	}
	return s, nil
}
