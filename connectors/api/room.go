package api

import (
	"errors"
	"io"
	"sync"
)

// Bounds of what bodies of requests may take while they are in hand, in bytes.
// One key gets a part, so that it cannot keep the others out by sending much and
// slowly.
const (
	maxRoom    = 128 << 20
	maxKeyRoom = 32 << 20
	// firstBytes is how much room is made at once for a body that says that it is
	// long: it may never come.
	firstBytes = 8 << 10
)

var errNoRoom = errors.New("there is no room for the body")

// room is what bodies take, of all keys and of each.
type room struct {
	mu    sync.Mutex
	all   int64
	byKey map[string]int64
}

func newRoom() *room { return &room{byKey: make(map[string]int64)} }

// taken is what all take.
func (r *room) taken() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all
}

func (r *room) take(keyID string, n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all+n > maxRoom || r.byKey[keyID]+n > maxKeyRoom {
		return false
	}
	r.all += n
	r.byKey[keyID] += n
	return true
}

func (r *room) give(keyID string, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all -= n
	if r.byKey[keyID] -= n; r.byKey[keyID] == 0 {
		delete(r.byKey, keyID)
	}
}

// metered takes room for what is read of a call's body.
type metered struct {
	body io.Reader
	c    *call
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.body.Read(p)
	if n == 0 {
		return n, err
	}
	if !m.c.room.take(m.c.key.ID, int64(n)) {
		return 0, errNoRoom
	}
	m.c.took += int64(n)
	return n, err
}

// giveRoom gives back what the call's body took.
func (c *call) giveRoom() {
	if c.took > 0 {
		c.room.give(c.key.ID, c.took)
	}
}
