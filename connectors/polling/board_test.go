package polling

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

func sorted(all []int64) []int64 { slices.Sort(all); return all }

func newBoard() *board { return &board{parcels: make(map[string]*request)} }

// at makes a request that lies there and is of use until then.
func at(number string, offset int64, until time.Time) request {
	return request{key: "usps:" + number, carrier: "usps", position: position{0, offset}, expires: until.UnixMilli()}
}

func numbers(batch []*request) (all []string) {
	for _, r := range batch {
		all = append(all, r.number())
	}
	return all
}

func TestBoardAsksInOrder(t *testing.T) {
	b, l := newBoard(), &line{limit: 100}
	for i, n := range []string{"A", "B", "C", "B"} {
		v, superseded := b.add(l, at(n, int64(i), noon), schemas.PollInterval)
		if i == 3 {
			require.Equal(t, verdictSuperseded, v)
			require.Equal(t, position{0, 1}, superseded, "the older one of B")
		}
	}
	batch, stale := b.take(l, 2, noon)
	require.Empty(t, stale)
	require.Equal(t, []string{"A", "B"}, numbers(batch), "the newer one keeps the place")
	require.EqualValues(t, 3, batch[1].position.offset)

	v, _ := b.add(l, at("A", 9, noon), schemas.PollInterval)
	require.Equal(t, verdictMerged, v, "A is being asked about")
	more, _ := b.take(l, 9, noon)
	require.Equal(t, []string{"C"}, numbers(more))
	b.retry(batch[0])
	b.finish(batch[1])
	again, _ := b.take(l, 9, noon)
	require.Equal(t, []string{"A"}, numbers(again))
	require.Equal(t, []position{{0, 9}}, again[0].merged)
	require.Zero(t, b.waiting)
}

// What has lost its use leaves, also where nothing can be asked.
func TestBoardForgetsWhatIsOld(t *testing.T) {
	b, l := newBoard(), &line{limit: 100}
	b.add(l, at("OLD", 0, noon.Add(-time.Millisecond)), schemas.PollInterval)
	b.add(l, at("NEW", 1, noon), schemas.PollInterval)
	batch, stale := b.take(l, 0, noon)
	require.Empty(t, batch)
	require.Equal(t, []string{"OLD"}, numbers(stale))
	require.Equal(t, 1, l.count)
}

// Two parcels of a batch never have the same number, and one that a batch left
// out goes alone.
func TestBoardMakesBatches(t *testing.T) {
	b, l := newBoard(), &line{limit: 100}
	b.add(l, at("A", 0, noon), schemas.PollInterval)
	other := request{key: "ups:A", carrier: "ups", position: position{0, 1}, expires: noon.UnixMilli()}
	b.add(l, other, schemas.PollInterval)
	b.add(l, at("B", 2, noon), schemas.PollInterval)
	first, _ := b.take(l, 20, noon)
	require.Equal(t, []string{"A"}, numbers(first))
	first[0].alone = true
	b.retry(first[0])
	alone, _ := b.take(l, 20, noon)
	require.Equal(t, []string{"A"}, numbers(alone))
	rest, _ := b.take(l, 20, noon)
	require.Equal(t, []string{"A", "B"}, numbers(rest))
	require.Equal(t, "ups", rest[0].parcel().carrier)
}

// Only requests that come but once fill the end of a line.
func TestBoardIsBounded(t *testing.T) {
	b, l := newBoard(), &line{limit: 8}
	taken := map[string]int{}
	for i := range 100 {
		reason := schemas.PollInterval
		if i >= 50 {
			reason = []string{schemas.PollTerminal, schemas.PollRegistered}[i%2]
		}
		if v, _ := b.add(l, at(fmt.Sprint(i), int64(i), noon), reason); v == verdictQueued {
			taken[reason]++
		} else {
			require.Equal(t, verdictFull, v)
		}
	}
	require.Equal(t, map[string]int{schemas.PollInterval: 6, schemas.PollTerminal: 1, schemas.PollRegistered: 1}, taken)
	v, _ := b.add(l, at("0", 1000, noon), schemas.PollInterval)
	require.Equal(t, verdictSuperseded, v, "one of a parcel that waits takes no room")
}

// A parcel whose requests name another account now waits in its line alone.
func TestBoardMovesToAnotherAccount(t *testing.T) {
	b, one, two := newBoard(), &line{limit: 8}, &line{limit: 8}
	b.add(one, at("A", 0, noon), schemas.PollInterval)
	v, superseded := b.add(two, at("A", 1, noon), schemas.PollInterval)
	require.Equal(t, verdictSuperseded, v)
	require.Equal(t, position{0, 0}, superseded)
	batch, _ := b.take(one, 9, noon)
	require.Empty(t, batch)
	require.Zero(t, one.count)
	batch, _ = b.take(two, 9, noon)
	require.Len(t, batch, 1)
	v, _ = b.add(one, at("A", 2, noon), schemas.PollInterval)
	require.Equal(t, verdictMerged, v, "it is under way with the other account")
}

// Whatever comes, each record ends exactly once, a parcel is never under way
// twice, and counts are right.
func TestBoardHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBoard()
		lines := []*line{{limit: 5}, {limit: 1000}}
		open := map[position]bool{} // records that have not ended
		under := map[string]*request{}
		end := func(at position) {
			require.True(rt, open[at], "%v ends twice", at)
			delete(open, at)
		}
		endAll := func(r *request) {
			end(r.position)
			for _, at := range r.merged {
				end(at)
			}
		}
		for i := range rapid.IntRange(1, 400).Draw(rt, "steps") {
			l := lines[rapid.IntRange(0, 1).Draw(rt, "line")]
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0, 1, 2, 3, 4:
				n := rapid.IntRange(0, 12).Draw(rt, "number")
				r := at(fmt.Sprint(n), int64(i), noon.Add(time.Duration(i)*time.Second))
				r.position.partition = int32(n % 2)
				open[r.position] = true
				reason := rapid.SampledFrom([]string{schemas.PollInterval, schemas.PollTerminal}).Draw(rt, "reason")
				switch v, superseded := b.add(l, r, reason); v {
				case verdictSuperseded:
					end(superseded)
				case verdictFull:
					end(r.position)
				}
			case 5, 6:
				batch, stale := b.take(l, rapid.IntRange(0, 3).Draw(rt, "most"), noon.Add(time.Duration(i-100)*time.Second))
				for _, r := range stale {
					endAll(r)
				}
				for _, r := range batch {
					require.Nil(rt, under[r.key], "%s is under way twice", r.key)
					under[r.key] = r
				}
			case 7, 8:
				if len(under) == 0 {
					continue
				}
				key := rapid.SampledFrom(slices.Sorted(maps.Keys(under))).Draw(rt, "answered")
				r := under[key]
				delete(under, key)
				if rapid.Bool().Draw(rt, "well") {
					b.finish(r)
					endAll(r)
				} else {
					r.alone = rapid.Bool().Draw(rt, "alone")
					b.retry(r)
				}
			case 9:
				partition := rapid.Int32Range(0, 1).Draw(rt, "partition")
				flying := b.leave(partition)
				for at := range open {
					if at.partition == partition && !covered(under, at) {
						end(at)
					}
				}
				for _, r := range under {
					if r.position.partition == partition {
						flying--
					}
				}
				require.Zero(rt, flying)
			}
			waiting := 0
			for _, r := range b.parcels {
				if r.state == stateWaiting {
					waiting++
				}
			}
			require.Equal(rt, waiting, b.waiting)
			require.Equal(rt, waiting, lines[0].count+lines[1].count)
		}
		for _, l := range lines {
			batch, stale := b.take(l, 1, noon.Add(1000*time.Hour))
			require.Empty(rt, batch)
			for _, r := range stale {
				endAll(r)
			}
		}
		for _, r := range under {
			endAll(r)
		}
		require.Empty(rt, open)
	})
}

func covered(under map[string]*request, at position) bool {
	for _, r := range under {
		if r.position == at || slices.Contains(r.merged, at) {
			return true
		}
	}
	return false
}
