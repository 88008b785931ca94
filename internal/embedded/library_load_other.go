//go:build (!linux && !darwin) || static

package embedded

const canLoad = false

func loadLibrary(string) (*clickHouseLibrary, error) { return nil, ErrNoLibrary }
