//go:build !linux && !darwin

package embedded

func loadEngine(string) (*engineLibrary, error) { return nil, ErrNoLibrary }
