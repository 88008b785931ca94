//go:build !linux

package rig

import "errors"

// allowedCores are not known on this platform, so nothing is pinned.
func allowedCores() Cores { return nil }

func pinSelf(Cores) error { return errors.New("pinning this process: only Linux can") }

// OnCores calls start. Only Linux pins.
func OnCores(_ Cores, start func() error) error { return start() }
