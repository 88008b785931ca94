package stream

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// spy is a store that counts what it is asked for.
type spy struct {
	store.Store
	gets, walks, open int
}

func (s *spy) Get(key string) ([]byte, error) {
	s.gets++
	return s.Store.Get(key)
}

func (s *spy) Timers() store.Timers {
	s.walks++
	s.open++
	return &spyTimers{s.Store.Timers(), s}
}

type spyTimers struct {
	store.Timers
	spy *spy
}

func (t *spyTimers) Close() error {
	t.spy.open--
	return t.Timers.Close()
}

// decoder counts how often a state is decoded.
type decoder struct {
	tally
	decoded *int
}

func (d decoder) DecodeState(data []byte) (any, error) {
	*d.decoded++
	return d.tally.DecodeState(data)
}

// cached is an overlay over a spied store.
type cached struct {
	*overlay
	t       *testing.T
	spy     *spy
	decoded int
}

func newCached(t *testing.T, bytes int, keys ...string) *cached {
	c := &cached{t: t, spy: &spy{Store: stored(t, keys...)}}
	c.overlay = newOverlay(decoder{tally{}, &c.decoded}, c.spy, &cacheBudget{bytes: bytes})
	return c
}

// add is a call that adds n to a key's sum and hands it to Put.
func (c *cached) add(key string, n int) {
	e, err := c.load(key)
	require.NoError(c.t, err)
	s, _ := e.state.(*tallyState)
	if s == nil {
		s = &tallyState{}
	}
	s.sum += n
	e.state = s
	c.keep(e, cause{})
}

// sum is a call that only looks, and spoils what it sees.
func (c *cached) sum(key string) int {
	e, err := c.load(key)
	require.NoError(c.t, err)
	defer c.leave(e)
	s, _ := e.state.(*tallyState)
	if s == nil {
		return 0
	}
	defer func() { s.sum += 1000 }()
	return s.sum
}

func (c *cached) end() {
	_, err := c.changes(1000)
	require.NoError(c.t, err)
	require.NoError(c.t, c.commit(store.Mark{Offset: c.spy.Mark().Offset + 1}))
}

// A key that is used again is neither read nor decoded.
func TestCacheHit(t *testing.T) {
	c := newCached(t, 1<<20, "a")
	for range 5 {
		c.add("a", 1)
		c.add("new", 1)
		c.end()
	}
	require.Equal(t, 2, c.spy.gets)
	require.Equal(t, 1, c.decoded)
	require.Equal(t, 6, c.sum("a"))
	require.Equal(t, 5, c.sum("new"))
}

// What a call does to a state in place counts only once it is handed to Put.
func TestCacheForgetsWhatWasNotPut(t *testing.T) {
	c := newCached(t, 1<<20, "a")
	for range 3 {
		require.Equal(t, 1, c.sum("a"))
	}
	require.Equal(t, 1, c.spy.gets, "the value as it is stored stays")
	c.add("a", 1)
	c.end()
	for range 3 {
		require.Equal(t, 2, c.sum("a"))
	}
	require.Zero(t, c.sum("none"))
	require.NotContains(t, c.entries, "none")
}

// An aborted transaction leaves nothing, also of what a call that failed has
// done to a state that was cached before.
func TestCacheForgetsTheAborted(t *testing.T) {
	c := newCached(t, 1<<20, "a", "b")
	c.add("a", 1)
	c.add("b", 1)
	c.end()
	c.add("a", 10)
	e, err := c.load("b")
	require.NoError(t, err)
	e.state.(*tallyState).sum = 99 // and then it fails
	require.NoError(t, c.drop())
	require.Equal(t, 2, c.sum("a"))
	require.Equal(t, 3, c.sum("b"))
}

// A state that was decoded out of the memory of the cache keeps that memory.
func TestCacheLeavesDecodedMemoryAlone(t *testing.T) {
	c := newCached(t, 1<<20)
	c.add("a", 1)
	c.end()
	c.sum("a") // it is as stored now
	e, err := c.load("a")
	require.NoError(t, err)
	seen := e.base
	before := string(seen)
	c.add("a", 7)
	c.end()
	require.Equal(t, before, string(seen))
	require.NotEqual(t, before, string(e.base))
}

// Rule E12: the cache stays within its share, and prefers what is used.
func TestCacheIsBounded(t *testing.T) {
	const keys = 100
	c := newCached(t, 50*(entryOverhead+100))
	for round := range 20 {
		for i := range keys {
			c.add(fmt.Sprint("often", i%10), 1)
			c.add(fmt.Sprint("once", round*keys+i), 1)
			if i%7 == 0 {
				c.end()
				require.LessOrEqual(t, c.cache.bytes, c.budget.share())
				require.Len(t, c.entries, len(c.cache.ring), "the map must not keep more than the ring")
			}
		}
	}
	c.end()
	c.spy.gets = 0
	for i := range 10 {
		require.Equal(t, 200, c.sum(fmt.Sprint("often", i)))
	}
	require.Zero(t, c.spy.gets)
	for i := range 20 * keys {
		require.Equal(t, 1, c.sum(fmt.Sprint("once", i)), "memory that is used again must not bring old values")
	}
	require.NotZero(t, c.spy.gets)
}

// The tasks of a process share what there is.
func TestCacheIsShared(t *testing.T) {
	budget := &cacheBudget{bytes: 1000}
	first := newOverlay(tally{}, memoryStore(t), budget)
	require.Equal(t, 1000, budget.share())
	second := newOverlay(tally{}, memoryStore(t), budget)
	require.Equal(t, 500, budget.share())
	require.NoError(t, second.close())
	require.Equal(t, 1000, budget.share())
	require.NoError(t, first.close())
	require.Equal(t, 1000, budget.share())
}

// A store that was empty is not asked for keys, until the cache lacks one that
// it has. TestCacheIsBounded has the third way to that.
func TestCacheKnowsWhatIsAbsent(t *testing.T) {
	lose := map[string]func(*cached){
		"an abort": func(c *cached) { require.NoError(t, c.drop()) },
		"a value that was not decoded": func(c *cached) {
			c.sum("a") // it is as stored now
			e, err := c.peek("a")
			require.NoError(t, err)
			e.wakeAt = 1
			c.keep(e, cause{})
			c.end()
		},
	}
	for name, lose := range lose {
		t.Run(name, func(t *testing.T) {
			c := newCached(t, 1<<20)
			c.add("a", 1)
			c.end()
			c.add("b", 1)
			require.Zero(t, c.spy.gets)
			lose(c)
			require.Equal(t, 1, c.sum("a"))
			require.Equal(t, 1, c.spy.gets)
		})
	}
}

// With no room at all every value comes from the store.
func TestCacheOff(t *testing.T) {
	c := newCached(t, 0, "a")
	for range 3 {
		c.add("a", 1)
		c.end()
	}
	require.Equal(t, 3, c.spy.gets)
	require.Empty(t, c.entries)
}

// A key that is removed is not kept.
func TestCacheForgetsTheRemoved(t *testing.T) {
	c := newCached(t, 1<<20, "a")
	c.add("a", 1)
	c.end()
	e, err := c.load("a")
	require.NoError(t, err)
	e.state, e.wakeAt = nil, 0
	c.keep(e, cause{})
	c.end()
	require.Empty(t, c.entries)
	require.Zero(t, c.cache.bytes)
	require.Zero(t, c.sum("a"))
}
