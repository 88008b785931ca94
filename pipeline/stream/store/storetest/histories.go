package storetest

import (
	"context"
	"math"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/store"
)

// keys are those of random batches: few, so that they meet. Some begin like
// others, and some with the bytes that end the order.
func keys() []string {
	return []string{"", "a", "b", "ab", "c", "\x00", "ü", "v", "a/", "a/1", "a/\xff", "a0/1", "\xff", "\xff\xff1"}
}

// prefixes are what random walks ask for.
func prefixes() []string { return []string{"", "a", "a/", "ab", "a0/", "\xff", "\xff\xff", "none"} }

// partitions are those of random histories: neighbors, and the last.
func partitions() []int32 { return []int32{3, 4, 255, 256, math.MaxInt32} }

// history is a database under test, with a store and a model of each partition.
type history struct {
	db     store.Database
	stores map[int32]store.Store
	models map[int32]*Model
}

func histories(t *rapid.T, open func() (store.Database, error), reopen func(store.Database) (store.Database, error)) {
	db, err := open()
	require.NoError(t, err)
	h := &history{db: db, models: map[int32]*Model{}}
	for _, p := range partitions() {
		h.models[p] = NewModel()
	}
	h.open(t)
	defer func() { // also when rapid breaks a history off
		h.close(t)
		require.NoError(t, h.db.Close())
	}()
	actions := h.actions()
	if reopen != nil {
		actions["reopen"] = func(t *rapid.T) {
			h.close(t)
			h.db, err = reopen(h.db)
			require.NoError(t, err)
			h.open(t)
		}
	}
	t.Repeat(actions)
	for p := range h.models {
		h.models[p].Compare(t, h.stores[p])
	}
}

func (h *history) open(t *rapid.T) {
	h.stores = map[int32]store.Store{}
	for p := range h.models {
		s, err := h.db.Open(context.Background(), p)
		require.NoError(t, err)
		h.stores[p] = s
	}
}

func (h *history) close(t *rapid.T) {
	for _, s := range h.stores {
		require.NoError(t, s.Close())
	}
}

func (h *history) actions() map[string]func(*rapid.T) {
	some := rapid.SampledFrom(partitions())
	return map[string]func(*rapid.T){
		"apply": func(t *rapid.T) {
			p := some.Draw(t, "partition")
			b := RandomBatch(t, h.models[p], rapid.Bool().Draw(t, "former known"))
			require.NoError(t, h.stores[p].Apply(b))
			h.models[p].Apply(b)
		},
		"load": func(t *rapid.T) {
			p := some.Draw(t, "partition")
			b := RandomBatch(t, h.models[p], false)
			require.NoError(t, h.stores[p].Load(b))
			h.models[p].Apply(b)
		},
		// A walk that stops half-way must leave the next one whole.
		"walk a part": func(t *rapid.T) {
			_, err := walk(h.stores[some.Draw(t, "partition")], rapid.IntRange(0, 5).Draw(t, "steps"))
			require.NoError(t, err)
		},
		"range": func(t *rapid.T) {
			p := some.Draw(t, "partition")
			prefix, from := rapid.SampledFrom(prefixes()).Draw(t, "prefix"), rapid.SampledFrom(keys()).Draw(t, "from")
			limit := store.Limit{Keys: rapid.IntRange(0, 4).Draw(t, "keys"), Bytes: rapid.IntRange(0, 20).Draw(t, "bytes")}
			require.NoError(t, h.models[p].checkRange(t, h.stores[p], prefix, from, limit))
		},
		"compare": func(t *rapid.T) {
			p := some.Draw(t, "partition")
			h.models[p].Compare(t, h.stores[p])
		},
		"wipe": func(t *rapid.T) {
			p := some.Draw(t, "partition")
			require.NoError(t, h.stores[p].Wipe())
			h.models[p] = NewModel()
		},
		"flush": func(t *rapid.T) { require.NoError(t, h.db.Flush()) },
		"":      h.check,
	}
}

// check looks at what must hold after each step, Load too.
func (h *history) check(t *rapid.T) {
	p := rapid.SampledFrom(partitions()).Draw(t, "look at")
	require.NoError(t, h.models[p].checkValues(t, h.stores[p]))
	held := h.db.Held()
	for p, m := range h.models {
		compareMarks(t, m.Mark, held[p])
		delete(held, p)
	}
	require.Empty(t, held)
}

// RandomBatch draws a batch that goes on from where a model stands. With
// former, the batch tells what was there before.
func RandomBatch(t *rapid.T, m *Model, former bool) store.Batch {
	mark := store.Mark{
		TopicID: [16]byte{1},
		Offset:  m.Mark.Offset + rapid.Int64Range(1, 9).Draw(t, "offset"),
		At:      time.UnixMilli(m.Mark.Offset).UTC(),
	}
	b := store.Batch{Mark: mark}
	drawn := rapid.SliceOfN(rapid.SampledFrom(keys()), 0, 6)
	if former {
		drawn = rapid.SliceOfNDistinct(rapid.SampledFrom(keys()), 0, 6, rapid.ID)
	}
	// A key may come twice, as it does on a changelog: the later one counts.
	for _, key := range drawn.Draw(t, "keys") {
		c := store.Change{Key: key}
		if former {
			c.Former = m.Former(key)
		}
		if rapid.Float64().Draw(t, "kind") > 0.3 {
			c.Value = append([]byte{1}, rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "value")...)
			c.WakeAt = rapid.Int64Range(0, 3).Draw(t, "wake")
		}
		b.Changes = append(b.Changes, c)
	}
	return b
}
