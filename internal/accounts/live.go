package accounts

import (
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the files are looked at. A secret that was taken out
// counts no more after that time.
const lookEvery = time.Second

// Live are the accounts of a file as it now is. It is safe for concurrent use.
type Live struct {
	path string
	log  *slog.Logger

	mu     sync.Mutex
	now    *Accounts
	seen   map[string]stamp
	looked time.Time
}

// stamp tells one content of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// Open reads a file of accounts, and goes on looking at it. Without a path ("")
// there are none. The error says what is wrong with it, and where.
func Open(path string, log *slog.Logger) (*Live, error) {
	seen := stampsOf([]string{path}) // before it is read: what changes meanwhile is seen later
	now, err := Load(path)
	if err != nil {
		return nil, err
	}
	l := &Live{path: path, log: log, now: now, looked: time.Now()}
	l.seen = l.stamps()
	l.seen[path] = seen[path]
	return l, nil
}

// Current returns the accounts as they are, or were a second ago. They are
// others than before, by address, when their file has changed, or that of one of
// their secrets: then secrets are to be read again. A file that cannot be read
// leaves them as they were, and the log says so.
func (l *Live) Current() *Accounts {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.path == "" || now.Sub(l.looked) < lookEvery {
		return l.now
	}
	l.looked = now
	seen := l.stamps()
	if maps.Equal(seen, l.seen) {
		return l.now
	}
	l.seen = seen
	read, err := Load(l.path)
	if err != nil {
		l.log.Error("the accounts stay as they were", "err", err)
		return l.now
	}
	l.now = read
	own := seen[l.path]
	l.seen = l.stamps()
	l.seen[l.path] = own
	l.log.Info("accounts read again", "accounts", len(read.all))
	return l.now
}

// stamps are those of the file and of the files of its secrets.
func (l *Live) stamps() map[string]stamp {
	paths := []string{l.path}
	for _, a := range l.now.all {
		for _, s := range a.Secrets() {
			if s.File != "" {
				paths = append(paths, s.File)
			}
		}
	}
	return stampsOf(paths)
}

// stampsOf returns the files' stamps, none for one that is not there.
func stampsOf(paths []string) map[string]stamp {
	stamps := make(map[string]stamp, len(paths))
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			stamps[path] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}
