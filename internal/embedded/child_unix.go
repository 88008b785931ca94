//go:build unix

package embedded

import (
	"fmt"
	"os"
	"syscall"
)

// ownGroup keeps the terminal's interrupt from the engine: it must outlive the
// work that this process finishes on its way out.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// ownInput is standard input under a number of its own, for an engine may put
// something else in the place of the first.
func ownInput() (*os.File, error) {
	fd, err := syscall.Dup(syscall.Stdin)
	if err != nil {
		return nil, fmt.Errorf("keeping standard input: %w", err)
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "parent"), nil
}
