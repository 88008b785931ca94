package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A demo that the version before begins, and this one ends, has the figures of
// one that this version played alone: state, topics and tables of the version
// before are read. Each is killed in the middle of the load.
func TestUpgrade(t *testing.T) {
	needEngine(t)
	t.Parallel()
	before := previous(t)
	input := firstRows(t, 2500)
	args := []string{"demo", "--format", "json", "--patience", patienceOfTests.String(), "--map", "scms", "--input", input}
	alone := start(t, args...)
	dir := t.TempDir()
	args = append(args, "--dir", dir)

	p := startProgram(t, before, args...)
	delivered(t, dir, 600)(p)
	p.kill(t)
	p = start(t, args...)
	delivered(t, dir, 1200)(p)
	p.end(t, syscall.SIGTERM)
	p = startProgram(t, before, args...)
	delivered(t, dir, 1700)(p)
	p.kill(t)
	require.Equal(t, figures(t, alone), figures(t, start(t, args...)))
}

// previous returns the program of the version before, which `make bin/previous` builds.
func previous(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join(projectRoot, "bin", "previous", "waybill"))
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		t.Skipf("no version before to upgrade from: %v (make bin/previous)", err)
	}
	return program
}
