package embedded

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindLibrary(t *testing.T) {
	if !canLoad {
		t.Skip("this build loads no library")
	}
	empty := t.TempDir()
	file := filepath.Join(empty, "some.so")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	tests := map[string]struct{ setting, env, want, wantErr string }{
		"the setting is taken":              {setting: file, want: file},
		"the environment is taken":          {env: file, want: file},
		"the setting goes first":            {setting: file, env: file + "x", want: file},
		"a wrong setting is not passed by":  {setting: file + "x", env: file, wantErr: file + "x, which the setting names"},
		"a wrong variable is not passed by": {env: file + "x", wantErr: file + "x, which " + LibraryEnv + " names"},
		"a folder is no library":            {setting: empty, wantErr: "there is no file at " + empty},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(LibraryEnv, test.env)
			got, err := FindLibrary(test.setting)
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				require.NotErrorIs(t, err, ErrNoLibrary, "a mistake must not pass for a machine without the library")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

// TestFindLibraryInDefaultPlaces looks from a folder of its own, where there is
// none, and then from a project that has one. The test binary lies in neither.
func TestFindLibraryInDefaultPlaces(t *testing.T) {
	if !canLoad {
		t.Skip("this build loads no library")
	}
	pkg, err := packageFor("linux", "amd64")
	require.NoError(t, err)
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	deep := filepath.Join(root, "sinks", "clickhouse")
	inProject := filepath.Join(root, packageDir, "node_modules", filepath.FromSlash(pkg.name), libraryName)
	require.NoError(t, os.MkdirAll(deep, 0o700))
	require.NoError(t, os.MkdirAll(filepath.Dir(inProject), 0o700))
	require.NoError(t, os.WriteFile(inProject, nil, 0o600))
	t.Chdir(deep)

	require.NotContains(t, defaultPlaces(pkg.name), inProject, "without package.json it is not the project")
	require.NoError(t, os.WriteFile(filepath.Join(root, packageDir, "package.json"), nil, 0o600))
	require.Contains(t, defaultPlaces(pkg.name), inProject)
}

func TestNoLibraryTellsWhatToDo(t *testing.T) {
	pkg, err := packageFor("linux", "amd64")
	require.NoError(t, err)
	text := noLibraryIn([]string{"/here", "/there"}, pkg).Error()
	for _, want := range []string{"/here", "/there", "npm ci", packageDir, LibraryEnv, "by its address"} {
		require.Contains(t, text, want)
	}
	require.ErrorIs(t, noLibraryIn(nil, pkg), ErrNoLibrary)

	_, err = packageFor("windows", "amd64")
	require.ErrorIs(t, err, ErrNoLibrary)
	require.ErrorContains(t, err, "windows/amd64")
	for _, system := range []string{"linux/arm64", "darwin/amd64", "darwin/arm64"} {
		goos, goarch, _ := strings.Cut(system, "/")
		pkg, err := packageFor(goos, goarch)
		require.NoError(t, err)
		require.Contains(t, pkg.install, pkg.name+"@"+libraryVersion)
	}
}

// TestLockFilePinsTheLibrary holds the npm files to what they are for: one
// version, by content, from whatever registry.
func TestLockFilePinsTheLibrary(t *testing.T) {
	var manifest struct {
		OptionalDependencies map[string]string
	}
	readJSON(t, "npm/package.json", &manifest)
	pkg, err := packageFor("linux", "amd64")
	require.NoError(t, err)
	require.Equal(t, map[string]string{pkg.name: libraryVersion}, manifest.OptionalDependencies)

	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	readJSON(t, "npm/package-lock.json", &lock)
	for path, p := range lock.Packages {
		require.Empty(t, p.Resolved, path)
		if path != "" {
			require.Equal(t, "node_modules/"+pkg.name, path)
			require.Equal(t, libraryVersion, p.Version)
			require.True(t, strings.HasPrefix(p.Integrity, "sha512-"), p.Integrity)
		}
	}
	require.Len(t, lock.Packages, 2)
}

func readJSON(t *testing.T, path string, to any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, to))
}
