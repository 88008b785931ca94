package rig

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// allowedCores are those that this process may use.
func allowedCores() Cores {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil
	}
	return coresOf(&set)
}

// pinSelf pins every thread of this process. Threads that are made later have
// the cores of the one that makes them, so it looks again until it finds none
// that it had not pinned.
func pinSelf(cores Cores) error {
	pinned := map[string]bool{}
	for {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("listing this process's threads: %w", err)
		}
		fresh := false
		for _, thread := range threads {
			if pinned[thread.Name()] {
				continue
			}
			id, err := strconv.Atoi(thread.Name())
			if err != nil {
				return fmt.Errorf("listing this process's threads: %w", err)
			}
			if err := pinThread(id, cores); err != nil && !errors.Is(err, unix.ESRCH) { // it may just have ended
				return err
			}
			pinned[thread.Name()], fresh = true, true
		}
		if !fresh {
			return nil
		}
	}
}

// OnCores calls start from a thread that is pinned. A process that start starts
// keeps these cores and finds them before its own runtime counts how many it
// has, so GOMAXPROCS is their number. With no cores nothing is pinned.
func OnCores(cores Cores, start func() error) (err error) {
	if len(cores) == 0 {
		return start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("asking for this thread's cores: %w", err)
	}
	if err := pinThread(0, cores); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.SchedSetaffinity(0, &before)) }()
	return start()
}

// pinThread pins a thread by its id; 0 is the calling one.
func pinThread(id int, cores Cores) error {
	var set unix.CPUSet
	for _, core := range cores {
		set.Set(core)
	}
	if err := unix.SchedSetaffinity(id, &set); err != nil {
		return fmt.Errorf("pinning a thread to cores %s: %w", cores, err)
	}
	return nil
}

func coresOf(set *unix.CPUSet) (found Cores) {
	for core := range mostCores + 1 {
		if set.IsSet(core) {
			found = append(found, core)
		}
	}
	return found
}
