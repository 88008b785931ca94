//go:build !linux && !darwin

package embedded

func loadLibrary(string) (*clickHouseLibrary, error) { return nil, ErrNoLibrary }
