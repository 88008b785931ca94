package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits bounds the requests of each key, in this process. A key may save up
// what it does not use for two seconds.
type limits struct {
	perSecond float64

	mu    sync.Mutex
	byKey map[string]*rate.Limiter
}

const burstSeconds = 2

func newLimits(perSecond float64) *limits {
	return &limits{perSecond: perSecond, byKey: make(map[string]*rate.Limiter)}
}

// take takes one request from a key's allowance, and says in the headers what
// is left of it. The error is a problem: there is none left.
func (l *limits) take(keyID string, header http.Header) error {
	limiter, now := l.of(keyID), time.Now()
	allowed := limiter.AllowN(now, 1)
	left := max(0, limiter.TokensAt(now))
	full := (float64(limiter.Burst()) - left) / l.perSecond
	header.Set("Ratelimit-Limit", strconv.Itoa(limiter.Burst()))
	header.Set("Ratelimit-Remaining", strconv.Itoa(int(left)))
	header.Set("Ratelimit-Reset", strconv.Itoa(int(math.Ceil(full))))
	if allowed {
		return nil
	}
	header.Set("Retry-After", strconv.Itoa(int(math.Ceil((1-left)/l.perSecond))))
	return problem(http.StatusTooManyRequests, "the key has used its %g requests a second; the headers say when there are more", l.perSecond)
}

// of returns the allowance of a key. There are as many as there were keys.
func (l *limits) of(keyID string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.byKey[keyID]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(l.perSecond), max(1, int(math.Ceil(l.perSecond*burstSeconds))))
		l.byKey[keyID] = limiter
	}
	return limiter
}
