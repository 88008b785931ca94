//go:build !linux

package apachekafka

import "syscall"

// tied does nothing: only Linux can end a process with the one that started it.
func tied() *syscall.SysProcAttr { return nil }
