package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmark is a test file with one benchmark that allocates so often.
func benchmark(times string) string {
	return "package p\n\nimport \"testing\"\n\nvar kept []byte\n\nfunc BenchmarkCall(b *testing.B) {\n\tfor b.Loop() {\n\t\tfor range " + times +
		" {\n\t\t\tkept = make([]byte, 64)\n\t\t}\n\t}\n}\n"
}

// Two revisions of a module of its own: the committed one allocates twice, what
// lies there now once. A package that the former does not have is left out of it.
func TestCompare(t *testing.T) {
	benchstat, err := filepath.Abs("../../bin/tools/benchstat")
	require.NoError(t, err)
	if _, err := os.Stat(benchstat); err != nil {
		t.Skip("benchstat is not there: make benchstat fetches it")
	}
	t.Chdir(t.TempDir())
	write := func(path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("go.mod", "module example\n\ngo 1.26\n")
	write("p/p_test.go", benchmark("2"))
	for _, args := range []string{"init -q", "add .", "-c user.name=n -c user.email=e@example.com commit -q -m first"} {
		require.NoError(t, tell(t.Context(), ".", "git", strings.Fields(args)...))
	}
	write("p/p_test.go", benchmark("1"))
	write("q/q_test.go", benchmark("1"))

	o := &options{Base: "HEAD", Packages: []string{"./p", "./q"}, Bench: ".", Count: 1, Benchtime: "1x", Benchstat: benchstat}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), o, &out))
	_, allocations, found := strings.Cut(out.String(), "allocs/op")
	require.True(t, found, out.String())
	require.Regexp(t, `Call +2\.000 .* 1\.000`, allocations)
	require.Contains(t, out.String(), "pkg: example/q")

	o.Base = "no-such-revision"
	require.ErrorContains(t, run(t.Context(), o, &out), "taking no-such-revision out of the repository")
	o.Base, o.Packages = "HEAD", []string{"./p"}
	write("p/p_test.go", "package p\n\nfunc broken(")
	require.ErrorContains(t, run(t.Context(), o, &out), "building the benchmarks of here, ./p")
}
