//go:build !unix

package embedded

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return nil }

func ownInput() (*os.File, error) { return os.Stdin, nil }
