package api

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// admit lets a request through to its route when its key allows that.
func (a *API) admit(r *route) func(*call) (*answer, error) {
	return func(c *call) (*answer, error) {
		c.route = r
		if len(r.scopes) == 0 {
			return r.do(c)
		}
		if err := a.recognize(c); err != nil {
			return nil, err
		}
		if err := a.limits.take(c.key.ID, c.header); err != nil {
			return nil, err
		}
		if !c.key.Allows(r.scopes...) {
			return nil, problem(http.StatusForbidden, "key %s has the scopes %s; this needs %s",
				c.key.ID, strings.Join(c.key.Scopes, ", "), strings.Join(r.scopes, " or "))
		}
		return r.do(c)
	}
}

// recognize finds whose the request is. Who has tried too many wrong keys is not
// told whether this one is right.
func (a *API) recognize(c *call) error {
	header := c.Header.Get("Authorization")
	scheme, given, _ := strings.Cut(header, " ")
	key := a.cfg.Keys.Find(strings.TrimSpace(given))
	if !slices.ContainsFunc(schemes(), func(known string) bool { return strings.EqualFold(scheme, known) }) {
		key = nil
	}
	if header != "" {
		if wait := a.guesses.judge(addressOf(c.RemoteAddr), key, time.Now()); wait > 0 {
			a.metrics.keysRefused.WithLabelValues(keyHeld).Inc()
			c.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			return problem(http.StatusTooManyRequests, "too many wrong keys came from this address; keys that it has not used before are looked at again later")
		}
	}
	if key == nil {
		reason := keyMissing
		if header != "" {
			reason = keyUnknown
		}
		a.metrics.keysRefused.WithLabelValues(reason).Inc()
		c.header.Set("WWW-Authenticate", `Bearer realm="waybill"`)
		return problem(http.StatusUnauthorized, "the header Authorization has no key that is known here; it looks like: Bearer wbk_...")
	}
	c.key = key
	return nil
}

// schemes are the ways to give a key: that of the standard, and that of Shippo's
// clients.
func schemes() []string { return []string{"Bearer", "ShippoToken"} }
