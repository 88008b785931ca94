//go:build (linux || darwin) && !static

package embedded

import (
	"fmt"

	"github.com/ebitengine/purego"
)

// canLoad tells whether this build can load a library. Loading one links the
// program to the system's libc; the build tag static leaves it out.
const canLoad = true

// loadLibrary loads the library without cgo.
func loadLibrary(path string) (*clickHouseLibrary, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("loading %s: %w", path, err)
	}
	lib := new(clickHouseLibrary)
	for name, fn := range map[string]any{
		"chdb_query_cmdline":        &lib.queryCommandLine,
		"chdb_result_error":         &lib.resultError,
		"chdb_destroy_query_result": &lib.destroyResult,
	} {
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("looking up %s in %s, which may be of another version: %w", name, path, err)
		}
		purego.RegisterFunc(fn, address)
	}
	return lib, nil
}
