package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// side is one of the two revisions: a tree of source, its test binaries, and
// what they have said.
type side struct {
	name  string
	tree  string
	bins  string
	found bytes.Buffer
}

// run compares, and writes what comes of it to out.
func run(ctx context.Context, o *options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "waybill-compare-")
	if err != nil {
		return fmt.Errorf("making a folder for the other revision: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	base := &side{name: o.Base, tree: filepath.Join(dir, "source"), bins: filepath.Join(dir, "base")}
	here := &side{name: "here", tree: ".", bins: filepath.Join(dir, "here")}
	if err := unpack(ctx, o.Base, base.tree); err != nil {
		return err
	}
	for _, s := range []*side{base, here} {
		if err := s.build(ctx, o.Packages); err != nil {
			return err
		}
	}
	// In turn, so that what else the machine does bears on both alike.
	for i := range o.Count {
		for _, s := range []*side{base, here} {
			fmt.Fprintf(os.Stderr, "run %d of %d: %s\n", i+1, o.Count, s.name)
			if err := s.measure(ctx, o); err != nil {
				return err
			}
		}
	}
	return stat(ctx, o, dir, out, base, here)
}

// unpack writes the files of a revision into a folder. It needs no worktree, so
// nothing is left in the repository when this process is killed.
func unpack(ctx context.Context, revision, into string) error {
	if err := os.MkdirAll(into, 0o755); err != nil {
		return fmt.Errorf("making a folder for %s: %w", revision, err)
	}
	archive := into + ".tar"
	if err := tell(ctx, ".", "git", "archive", "--format=tar", "--output="+archive, revision+"^{commit}"); err != nil {
		return fmt.Errorf("taking %s out of the repository: %w", revision, err)
	}
	if err := tell(ctx, into, "tar", "xf", archive); err != nil {
		return fmt.Errorf("unpacking %s: %w", revision, err)
	}
	return nil
}

// build makes a test binary of each package that the revision has.
func (s *side) build(ctx context.Context, packages []string) error {
	for _, p := range packages {
		if _, err := os.Stat(filepath.Join(s.tree, p)); errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(os.Stderr, "%s has no package %s\n", s.name, p)
			continue
		}
		if err := tell(ctx, s.tree, "go", "test", "-c", "-o", s.binary(p), p); err != nil {
			return fmt.Errorf("building the benchmarks of %s, %s: %w", s.name, p, err)
		}
	}
	return nil
}

// binary is where the test binary of a package lies.
func (s *side) binary(p string) string {
	return filepath.Join(s.bins, strings.ReplaceAll(filepath.Clean(p), string(filepath.Separator), "-")+".test")
}

// measure runs all benchmarks once, each binary in its package's folder. One
// core: what the collector of garbage takes then counts as well.
func (s *side) measure(ctx context.Context, o *options) error {
	for _, p := range o.Packages {
		if _, err := os.Stat(s.binary(p)); errors.Is(err, fs.ErrNotExist) {
			continue // the revision has none, or it has no tests
		}
		command := exec.CommandContext(ctx, s.binary(p), "-test.run=^$", "-test.bench="+o.Bench, "-test.benchtime="+o.Benchtime, "-test.benchmem", "-test.cpu=1")
		command.Dir = filepath.Join(s.tree, p)
		said := new(bytes.Buffer)
		command.Stdout, command.Stderr = &s.found, said
		if err := command.Run(); err != nil {
			return fmt.Errorf("running the benchmarks of %s, %s: %w\n%s", s.name, p, err, said)
		}
	}
	return nil
}

// stat prints what benchstat makes of both sides.
func stat(ctx context.Context, o *options, dir string, out io.Writer, sides ...*side) error {
	command := exec.CommandContext(ctx, o.Benchstat)
	for i, s := range sides {
		file := filepath.Join(dir, fmt.Sprintf("%d.txt", i))
		if err := os.WriteFile(file, s.found.Bytes(), 0o600); err != nil {
			return fmt.Errorf("writing what was measured: %w", err)
		}
		command.Args = append(command.Args, s.name+"="+file)
	}
	command.Stdout, command.Stderr = out, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("comparing with %s (make bench-compare fetches it): %w", o.Benchstat, err)
	}
	return nil
}

// tell runs a program that says nothing when all is well.
func tell(ctx context.Context, dir, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, bytes.TrimSpace(said))
	}
	return nil
}
