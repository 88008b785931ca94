package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// Two clones in two places make the same release, byte for byte, and all that
// it says of itself is so.
func TestRelease(t *testing.T) {
	here, err := filepath.Abs(root)
	require.NoError(t, err)
	if exec.CommandContext(t.Context(), "git", "-C", here, "rev-parse", "HEAD").Run() != nil {
		t.Skip("a release is of a commit, and this is no clone")
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	name := "waybill-v1.2.3-try-" + runtime.GOOS + "-" + runtime.GOARCH
	var made [2]map[string][]byte
	for i := range made {
		clone := filepath.Join(t.TempDir(), strings.Repeat("deeper/", i)+"clone")
		said, err := exec.CommandContext(t.Context(), "git", "clone", "-q", "--shared", here, clone).CombinedOutput()
		require.NoError(t, err, "%s", said)
		t.Chdir(clone)
		require.NoError(t, run(t.Context(), options{version: "v1.2.3-try", out: filepath.Join(clone, "bin", "release"), platforms: []string{platform}}))
		made[i] = readAll(t, filepath.Join(clone, "bin", "release"))
	}
	require.Len(t, made[0], 3)
	for file, content := range made[0] {
		require.True(t, bytes.Equal(content, made[1][file]), "%s differs", file)
	}
	checkSums(t, made[0])
	checkArchive(t, made[0][name+".tar.gz"], name)
	checkBill(t, here, made[0][name+".cdx.json"])
}

func readAll(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	contents := make(map[string][]byte)
	for _, file := range files {
		contents[file.Name()], err = os.ReadFile(filepath.Join(folder, file.Name()))
		require.NoError(t, err)
	}
	return contents
}

func checkSums(t *testing.T, made map[string][]byte) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(made["SHA256SUMS"]))
	summed := 0
	for ; lines.Scan(); summed++ {
		sum, file, _ := strings.Cut(lines.Text(), "  ")
		want := sha256.Sum256(made[file])
		require.Equal(t, hex.EncodeToString(want[:]), sum, file)
	}
	require.Equal(t, len(made)-1, summed)
}

// checkArchive unpacks the archive and asks the program in it for its version.
func checkArchive(t *testing.T, archive []byte, name string) {
	t.Helper()
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	require.NoError(t, err)
	var files []string
	program := filepath.Join(t.TempDir(), "waybill")
	for packed := tar.NewReader(unzipped); ; {
		header, err := packed.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		files = append(files, header.Name)
		if header.Name == name+"/waybill" {
			content, err := io.ReadAll(packed)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(program, content, header.FileInfo().Mode().Perm()))
		}
	}
	require.Equal(t, []string{name + "/waybill", name + "/LICENSE", name + "/NOTICE", name + "/README.md", name + "/CHANGELOG.md", name + "/SECURITY.md"}, files)
	said, err := exec.CommandContext(t.Context(), program, "version").Output()
	require.NoError(t, err)
	require.Contains(t, string(said), "waybill v1.2.3-try")
}

// checkBill holds the bill against CycloneDX's own schema, and against go.mod:
// whatever is required there and built in is listed.
func checkBill(t *testing.T, here string, text []byte) {
	t.Helper()
	folder := filepath.Join(moduleFolder(t, here, "github.com/CycloneDX/cyclonedx-go"), "schema")
	const base = "http://cyclonedx.org/schema/"
	compiler := jsonschema.NewCompiler()
	for name, file := range map[string]string{"bom-1.6.schema.json": "bom-1.6.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json", "spdx.schema.json": "spdx.schema.json"} {
		content, err := os.Open(filepath.Join(folder, file))
		require.NoError(t, err)
		resource, err := jsonschema.UnmarshalJSON(content)
		require.NoError(t, errors.Join(err, content.Close()))
		require.NoError(t, compiler.AddResource(base+name, resource))
	}
	schema, err := compiler.Compile(base + "bom-1.6.schema.json")
	require.NoError(t, err)
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(instance))

	var bill cdx.BOM
	require.NoError(t, cdx.NewBOMDecoder(bytes.NewReader(text), cdx.BOMFileFormatJSON).Decode(&bill))
	listed := make(map[string]string)
	for _, part := range *bill.Components {
		listed[part.Name] = part.Version
	}
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if .Version}}{{.Path}} {{.Version}}{{end}}{{end}}", "./cmd/waybill")
	command.Dir, command.Env = here, append(os.Environ(), "CGO_ENABLED=0")
	said, err := command.Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(said)) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		require.Equal(t, version, listed[path], path)
	}
	require.Equal(t, strings.TrimPrefix(runtime.Version(), "go"), listed["std"])
}

func moduleFolder(t *testing.T, here, module string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", module)
	command.Dir = here
	said, err := command.Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(said))
}

func TestLicences(t *testing.T) {
	for file, want := range map[string]string{
		"LICENSE":     "Permission is hereby granted, free of charge, to any person\n\tobtaining a copy of this software",
		"LICENCE.txt": "Redistributions in binary form must reproduce the above",
		"copying":     "   Apache License\n   Version 2.0, January 2004",
	} {
		folder := t.TempDir()
		_, err := licenceIn(folder)
		require.ErrorContains(t, err, "no file there is a licence")
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(want), 0o600))
		id, err := licenceIn(folder)
		require.NoError(t, err)
		require.Contains(t, []string{"MIT", "BSD-2-Clause", "Apache-2.0"}, id)
	}
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "LICENSE"), []byte("GNU GENERAL PUBLIC LICENSE"), 0o600))
	_, err := licenceIn(folder)
	require.Error(t, err)
}

func TestWrongUse(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), options{}), "-version is empty")
	t.Chdir(root)
	require.ErrorContains(t, run(t.Context(), options{version: "v999.0.0"}), `CHANGELOG.md has no heading "## 999.0.0"`)
	_, err := build(t.Context(), "v1", "linux")
	require.ErrorContains(t, err, `"linux" is not GOOS/GOARCH`)
}

// Each module that go.mod names has its reason in CONTRIBUTING.md, and no other has.
func TestDependenciesHaveReasons(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	_, direct, _ := strings.Cut(string(text), "require (")
	direct, _, _ = strings.Cut(direct, ")")
	var required, explained []string
	for line := range strings.Lines(direct) {
		if fields := strings.Fields(line); len(fields) > 0 {
			required = append(required, fields[0])
		}
	}
	text, err = os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(text), "| module | what for |")
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 2 && strings.Contains(cells[1], "`") {
			explained = append(explained, strings.Trim(cells[1], " `"))
			require.NotEmpty(t, strings.TrimSpace(cells[2]))
		}
	}
	require.NotEmpty(t, required)
	require.ElementsMatch(t, required, explained)
}
