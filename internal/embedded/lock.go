package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// errLocked says that another process holds a data directory.
var errLocked = errors.New("the directory is in use by another process")

const (
	lockName  = "waybill.lock"
	lockWait  = 15 * time.Second
	lockPoll  = 25 * time.Millisecond
	dirMode   = 0o700
	plainMode = 0o600
)

// dirLock keeps a data directory to one process. The kernel frees it with the
// process, however that ends.
type dirLock struct{ file *os.File }

// lockDir makes dir and takes its lock. The engine of a process that was just
// killed may still be on its way out, so it waits a while for the lock, and says
// so to news.
func lockDir(ctx context.Context, dir string, news io.Writer) (*dirLock, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("making data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, plainMode)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of a data directory: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for first := true; ; first = false {
		err := tryLock(f)
		if err == nil {
			return &dirLock{file: f}, nil
		}
		if !errors.Is(err, errLocked) {
			_ = f.Close()
			return nil, fmt.Errorf("locking data directory %s: %w", dir, err)
		}
		if first {
			_, _ = fmt.Fprintf(news, "waiting for data directory %s: %v\n", dir, errLocked)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("locking data directory %s: %w; stop that process or choose another directory", dir, errLocked)
		case <-tick.C:
		}
	}
}

func (l *dirLock) release() { _ = l.file.Close() }
