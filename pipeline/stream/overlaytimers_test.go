package stream

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// first returns the wake-up that is due first, by its key.
func (c *cached) first() string {
	timer, _, err := c.next()
	require.NoError(c.t, err)
	return timer.Key
}

// move sets a key's wake-up.
func (c *cached) move(key string, at int64) {
	e, err := c.load(key)
	require.NoError(c.t, err)
	if e.state == nil {
		e.state = &tallyState{}
	}
	e.wakeAt = at
	c.keep(e, cause{})
}

// Rule E9: a task that nothing is due for does not ask the store again, and
// keeps no walk open over it, whatever else is committed.
func TestTimersOfIdleTaskCostNothing(t *testing.T) {
	c := newCached(t, 1<<20, "a", "b", "c")
	for range 5 {
		require.Equal(t, "a", c.first())
		require.Zero(t, c.spy.open)
		c.move("c", 40)
		c.add("d", 1)
		require.Equal(t, "a", c.first())
		c.end()
	}
	require.Equal(t, 1, c.spy.walks)
}

// What comes first after a commit is known without a look, where the
// transaction itself has put it there.
func TestTimersAfterCommit(t *testing.T) {
	c := newCached(t, 1<<20, "a", "b", "c")
	c.move("new", 5)
	require.Equal(t, "new", c.first())
	c.end()
	require.Equal(t, "new", c.first())
	require.Equal(t, 1, c.spy.walks)

	c.move("new", 0)
	c.move("a", 25)
	c.end()
	require.Equal(t, "b", c.first())
	require.Zero(t, c.spy.open)

	c.move("b", 99)
	require.Equal(t, "a", c.first())
	require.NoError(t, c.drop())
	require.Equal(t, "b", c.first(), "what is dropped hides nothing")
	require.Zero(t, c.spy.open)

	for _, key := range []string{"a", "b", "c", "new"} {
		c.move(key, 0)
	}
	require.Empty(t, c.first())
	c.end()
	require.Empty(t, c.first())
}

// One walk is enough for all that a transaction wakes.
func TestTimersWalkOnce(t *testing.T) {
	c := newCached(t, 1<<20, "a", "b", "c", "d", "e")
	for _, key := range []string{"a", "b", "c", "d"} {
		require.Equal(t, key, c.first())
		c.move(key, 0)
	}
	require.Equal(t, "e", c.first())
	require.Equal(t, 2, c.spy.walks, "one to see the first, one to go past it")
	c.end()
	require.Equal(t, "e", c.first())
	require.Equal(t, 2, c.spy.walks)
	require.Equal(t, store.Mark{Offset: 1}, c.spy.Mark())
}
