package api

import (
	"net/http"
	"slices"
	"strings"
)

// admit lets a request through to its route when its key allows that.
func (a *API) admit(r *route) func(*call) (*answer, error) {
	return func(c *call) (*answer, error) {
		if len(r.scopes) == 0 {
			return r.do(c)
		}
		scheme, given, _ := strings.Cut(c.Header.Get("Authorization"), " ")
		if c.key = a.cfg.Keys.Find(strings.TrimSpace(given)); c.key == nil || !slices.ContainsFunc(schemes(), func(known string) bool { return strings.EqualFold(scheme, known) }) {
			c.key = nil
			c.header.Set("WWW-Authenticate", `Bearer realm="waybill"`)
			return nil, problem(http.StatusUnauthorized, "the header Authorization has no key that is known here; it looks like: Bearer wbk_...")
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

// schemes are the ways to give a key: that of the standard, and that of Shippo's
// clients.
func schemes() []string { return []string{"Bearer", "ShippoToken"} }
