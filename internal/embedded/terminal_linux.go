package embedded

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// takeTerminal makes a terminal that nobody sits at the standard input of this
// process. It hangs up when close is called, and what reads it sees its end.
func takeTerminal() (hangUp func(), err error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a terminal: %w", err)
	}
	hangUp = func() { _ = master.Close() }
	if err := becomeInput(int(master.Fd())); err != nil {
		hangUp()
		return nil, fmt.Errorf("making a terminal the standard input: %w", err)
	}
	return hangUp, nil
}

// becomeInput puts the other side of a terminal in the place of standard input.
func becomeInput(master int) error {
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	number, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	other, err := syscall.Open("/dev/pts/"+strconv.Itoa(number), syscall.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = syscall.Close(other) }()
	return syscall.Dup3(other, syscall.Stdin, 0)
}
