package telemetry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Health says how a process is.
type Health struct {
	// Ready tells whether every role that counts is ready.
	Ready bool   `json:"ready"`
	Roles []Role `json:"roles"`
}

// Role says how one role of a process is.
type Role struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	// Waits says what it waits for, in words; empty when it is ready.
	Waits string `json:"waits_for,omitempty"`
	// Aside is a role that does not count: the process is ready without it.
	Aside bool `json:"aside,omitempty"`
	// LagSeconds is how far it is behind what comes in; nil for a role that has
	// no such measure.
	LagSeconds *float64 `json:"lag_seconds,omitempty"`
}

// NewHealth sums up roles.
func NewHealth(roles []Role) Health {
	h := Health{Ready: true, Roles: roles}
	for _, r := range roles {
		h.Ready = h.Ready && (r.Ready || r.Aside)
	}
	return h
}

// Waits says in words why the process is not ready, nothing when it is.
func (h Health) Waits() string {
	var waits []string
	for _, r := range h.Roles {
		if !r.Ready && !r.Aside {
			waits = append(waits, r.Name+" is not ready: "+r.Waits)
		}
	}
	return strings.Join(waits, "\n")
}

// readyHandler answers 200 or 503: in words, or in JSON to who asks for that by
// ?format=json or an Accept header.
func readyHandler(health func() Health) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := health()
		status := http.StatusOK
		if !h.Ready {
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Cache-Control", "no-store")
		if r.URL.Query().Get("format") == "json" || strings.Contains(r.Header.Get("Accept"), "application/json") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(h) // who has gone needs no answer
			return
		}
		if !h.Ready {
			http.Error(w, h.Waits(), status)
			return
		}
		fmt.Fprintln(w, "ready")
	})
}
