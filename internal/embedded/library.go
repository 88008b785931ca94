package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// LibraryEnv names the environment variable that says where the ClickHouse
// library is: the file itself.
const LibraryEnv = "WAYBILL_LIBCHDB"

// ErrNoLibrary says that there is no ClickHouse library on this machine, or none
// for its system. Someone decides by it: tests skip.
var ErrNoLibrary = errors.New("no ClickHouse library")

const (
	libraryName = "libchdb.so"
	// packageDir is where `npm ci` puts the library, from the project's root.
	packageDir = "internal/embedded/npm"
	// libraryVersion is the version that package.json names.
	libraryVersion = "26.7.3-stable.1"
)

// FindLibrary returns the path of the ClickHouse library: setting if it is not
// empty, else the file that LibraryEnv names, else the first of the default
// places that has it. A setting that names no file is an error: it is never
// passed over for another place.
//
// The default places are the project that the executable or the working
// directory lies in, the executable's folder and the lib folder beside it, the
// user's cache folder, and the system's library folders.
func FindLibrary(setting string) (string, error) {
	if !canLoad {
		return "", fmt.Errorf("finding the ClickHouse library: %w can be loaded by this build for %s; use a ClickHouse server by its address", ErrNoLibrary, runtime.GOOS)
	}
	source := "the setting"
	if setting == "" {
		setting, source = os.Getenv(LibraryEnv), LibraryEnv
	}
	if setting != "" {
		if !isFile(setting) {
			return "", fmt.Errorf("finding the ClickHouse library: there is no file at %s, which %s names", setting, source)
		}
		return filepath.Abs(setting)
	}
	pkg, err := packageFor(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}
	places := defaultPlaces(pkg.name)
	for _, p := range places {
		if isFile(p) {
			return p, nil
		}
	}
	return "", noLibraryIn(places, pkg)
}

func noLibraryIn(places []string, pkg libraryPackage) error {
	return fmt.Errorf("finding the ClickHouse library: %w in any of\n  %s\n"+
		"run `%s` in the project's folder, or name the file in %s, or use a ClickHouse server by its address",
		ErrNoLibrary, strings.Join(places, "\n  "), pkg.install, LibraryEnv)
}

// libraryPackage is the npm package that carries the library for a system.
type libraryPackage struct {
	name    string
	install string // the command that installs it, in the project's folder
}

// packageFor returns the package for a system. package-lock.json pins the
// contents of one of them; of the others only the version is pinned, here.
func packageFor(goos, goarch string) (libraryPackage, error) {
	byVersion := func(name string) libraryPackage {
		return libraryPackage{name, "npm install --prefix " + packageDir + " --no-save --ignore-scripts " + name + "@" + libraryVersion}
	}
	switch goos + "/" + goarch {
	case "linux/amd64":
		return libraryPackage{"@chdb/lib-linux-x64-gnu", "npm ci --prefix " + packageDir + " --omit=dev --ignore-scripts"}, nil
	case "linux/arm64":
		return byVersion("@chdb/lib-linux-arm64-gnu"), nil
	case "darwin/amd64":
		return byVersion("@chdb/lib-darwin-x64"), nil
	case "darwin/arm64":
		return byVersion("@chdb/lib-darwin-arm64"), nil
	}
	return libraryPackage{}, fmt.Errorf("finding the ClickHouse library: %w for %s/%s; use a ClickHouse server by its address", ErrNoLibrary, goos, goarch)
}

func defaultPlaces(pkg string) []string {
	inProject := filepath.Join(packageDir, "node_modules", filepath.FromSlash(pkg), libraryName)
	var places []string
	if exe, err := os.Executable(); err == nil {
		dir := filepath.Dir(exe)
		if root, ok := projectRoot(dir); ok {
			places = append(places, filepath.Join(root, inProject))
		}
		places = append(places, filepath.Join(dir, libraryName), filepath.Join(dir, "..", "lib", libraryName))
	}
	if wd, err := os.Getwd(); err == nil {
		if root, ok := projectRoot(wd); ok {
			places = append(places, filepath.Join(root, inProject))
		}
	}
	if cache, err := os.UserCacheDir(); err == nil {
		places = append(places, filepath.Join(cache, "waybill", libraryName))
	}
	return append(places, filepath.Join("/usr/local/lib", libraryName), filepath.Join("/usr/lib", libraryName))
}

// projectRoot returns the nearest folder at or above dir that holds this
// project. Looking no further keeps a stranger's library from being loaded.
func projectRoot(dir string) (string, bool) {
	for {
		if isFile(filepath.Join(dir, packageDir, "package.json")) {
			return dir, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path) //nolint:gosec // G703: the path is a setting
	return err == nil && info.Mode().IsRegular()
}
