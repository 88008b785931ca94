package api

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"waybill/internal/apikeys"
)

// guesses bounds how many wrong keys an address may try, in this process. Beyond
// that it is told nothing of any key for a while, except of those that were right
// from there before: others behind the same proxy go on.
type guesses struct {
	perSecond rate.Limit
	burst     int

	mu     sync.Mutex
	tries  recent[netip.Prefix, *rate.Limiter]
	proven recent[proven, struct{}]
}

// proven is a key that was right from an address.
type proven struct {
	from  netip.Prefix
	keyID string
}

func newGuesses(perMinute float64) *guesses {
	return &guesses{perSecond: rate.Limit(perMinute / time.Minute.Seconds()), burst: max(1, int(perMinute))}
}

// judge tells how long the address must wait until a key is looked at; 0: it was.
// A nil key is a wrong one.
func (g *guesses) judge(address netip.Addr, key *apikeys.Key, now time.Time) time.Duration {
	from := neighbours(address)
	g.mu.Lock()
	defer g.mu.Unlock()
	if key != nil {
		if _, is := g.proven.get(proven{from, key.ID}); is {
			return 0
		}
	}
	tries, tried := g.tries.get(from)
	if tried {
		if left := tries.TokensAt(now); left < 1 {
			return time.Duration((1 - left) / float64(g.perSecond) * float64(time.Second))
		}
	}
	if key != nil {
		g.proven.put(proven{from, key.ID}, struct{}{})
		return 0
	}
	if !tried {
		tries = rate.NewLimiter(g.perSecond, g.burst)
		g.tries.put(from, tries)
	}
	tries.AllowN(now, 1)
	return 0
}

// maxRecent is how many entries each of the two halves of recent may have.
const maxRecent = 1 << 14

// recent is a map that forgets: what was not asked for among the last maxRecent
// entries, at the earliest. Many addresses cannot fill the memory.
type recent[K comparable, V any] struct {
	young, old map[K]V
}

func (r *recent[K, V]) get(k K) (V, bool) {
	v, is := r.young[k]
	if is {
		return v, true
	}
	if v, is = r.old[k]; is {
		r.put(k, v)
	}
	return v, is
}

func (r *recent[K, V]) put(k K, v V) {
	if r.young == nil || len(r.young) >= maxRecent {
		r.young, r.old = make(map[K]V), r.young
	}
	r.young[k] = v
}
