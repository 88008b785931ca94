package api

import (
	"cmp"
	"time"

	"waybill/internal/endpointclient"
	"waybill/schemas"
)

// healthOK is the health of an endpoint that is not failing.
const healthOK = "ok"

// endpoint is an endpoint as the API shows it. Its fields have the names and
// units of the contract's WebhookEndpoint.
type endpoint struct {
	EndpointID     string            `json:"endpoint_id"`
	URL            string            `json:"url"`
	Description    string            `json:"description"`
	Types          []string          `json:"types"`
	Statuses       []string          `json:"statuses"`
	Dialect        string            `json:"dialect"`
	DialectVersion string            `json:"dialect_version"`
	Secrets        []secret          `json:"secrets"`
	Headers        map[string]string `json:"headers"`
	InFlight       int               `json:"in_flight"`
	RateLimit      float64           `json:"rate_limit"`
	Order          string            `json:"order"`
	History        bool              `json:"history"`
	ScheduleName   string            `json:"schedule_name"`
	Schedule       []int64           `json:"schedule"`
	Deadline       int64             `json:"deadline"`
	State          string            `json:"state"`
	Reason         string            `json:"reason"`
	StateSince     *time.Time        `json:"state_since"`
	Health         string            `json:"health"`
	Failures       int               `json:"failures"`
	FailingSince   *time.Time        `json:"failing_since"`
	Revision       int64             `json:"revision"`
	CreatedAt      time.Time         `json:"created_at"`
	UpdatedAt      time.Time         `json:"updated_at"`
	// Secret is the one that was made by this request, and TestID the webhook
	// that it sent; empty in every other answer.
	Secret string `json:"secret,omitempty"`
	TestID string `json:"test_id,omitempty"`
}

// secret is a signing secret of an endpoint, masked.
type secret struct {
	Secret    string     `json:"secret"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// shown is an endpoint masked.
func shown(row *schemas.WebhookEndpoint) *endpoint {
	e := endpointclient.Masked(row)
	v := &endpoint{
		EndpointID: e.EndpointID, URL: e.URL, Description: e.Description, Types: list(e.Types), Statuses: list(e.Statuses),
		Dialect: e.Dialect, DialectVersion: e.DialectVersion, Headers: e.Headers,
		InFlight: e.InFlight, RateLimit: e.RateLimit, Order: e.Order, History: e.History,
		ScheduleName: e.ScheduleName, Schedule: list(e.Schedule), Deadline: e.Deadline,
		State: e.State, Reason: e.Reason, StateSince: e.StateSince,
		Health: cmp.Or(e.Health, healthOK), Failures: e.Failures, FailingSince: e.FailingSince,
		Revision: e.Revision, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Secrets: []secret{},
	}
	for _, s := range e.Secrets {
		v.Secrets = append(v.Secrets, secret(s))
	}
	return v
}

// list gives an empty list for none, which JSON would call null.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}
