package apachekafka

import "syscall"

// tied lets a broker end with the thread that started it, and keeps the
// terminal's interrupt from it: tests that are interrupted stop it in order.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
