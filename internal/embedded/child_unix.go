//go:build unix

package embedded

import "syscall"

// ownGroup keeps the terminal's interrupt from the engine: it must outlive the
// work that this process finishes on its way out.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
