package endpoints

import (
	"slices"
	"strings"

	"waybill/schemas"
)

// field is a field of a command that create and update take over into an
// endpoint, by its name in the contract.
type field struct {
	name string
	take func(row *schemas.WebhookEndpoint, v *schemas.EndpointCommand)
}

// settableFields are those that can be chosen when an endpoint is made, and
// changed later. A dialect comes with its version, and the two forms of a
// schedule exclude one another: so naming one of such a pair takes both over.
func settableFields() []field {
	type (
		row = schemas.WebhookEndpoint
		cmd = schemas.EndpointCommand
	)
	dialect := func(r *row, v *cmd) { r.Dialect, r.DialectVersion = v.Dialect, v.DialectVersion }
	schedule := func(r *row, v *cmd) { r.Schedule, r.ScheduleName = v.Schedule, v.ScheduleName }
	return []field{
		{"url", func(r *row, v *cmd) { r.URL = v.URL }},
		{"description", func(r *row, v *cmd) { r.Description = v.Description }},
		{"types", func(r *row, v *cmd) { r.Types = v.Types }},
		{"statuses", func(r *row, v *cmd) { r.Statuses = v.Statuses }},
		{"dialect", dialect},
		{"dialect_version", func(r *row, v *cmd) { r.DialectVersion = v.DialectVersion }},
		{"headers", func(r *row, v *cmd) { r.Headers = v.Headers }},
		{"in_flight", func(r *row, v *cmd) { r.InFlight = v.InFlight }},
		{"rate_limit", func(r *row, v *cmd) { r.RateLimit = v.RateLimit }},
		{"order", func(r *row, v *cmd) { r.Order = v.Order }},
		{"history", func(r *row, v *cmd) { r.History = v.History }},
		{"schedule", schedule},
		{"schedule_name", schedule},
		{"deadline", func(r *row, v *cmd) { r.Deadline = v.Deadline }},
	}
}

// update changes what the command names and leaves the rest (W9). An endpoint
// whose URL leads elsewhere than before must answer a test there before it gets
// traffic again; until then webhooks wait. One that has yet to answer one is
// sent another whenever its URL is named.
func (u *turn) update(e *endpoint, v *schemas.EndpointCommand) *refusal {
	row := *e.row
	if r := takeNamed(&row, v); r != nil {
		return r
	}
	if r := u.checkRow(&row); r != nil {
		return r
	}
	again := row.State == schemas.EndpointUntested && slices.Contains(v.Change, "url")
	moved := !sameURL(row.URL, e.row.URL)
	e.row = &row
	if moved || again {
		e.lead(v)
		if row.State != schemas.EndpointDisabled {
			u.open(e, v, schemas.EndpointEventUpdated)
			return nil
		}
	}
	u.answer(e, v)
	u.event(e, schemas.EndpointEventUpdated, byCommand(v, strings.Join(v.Change, ", ")))
	return nil
}

// takeNamed takes over the fields that a command names.
func takeNamed(row *schemas.WebhookEndpoint, v *schemas.EndpointCommand) *refusal {
	fields := settableFields()
	if len(v.Change) == 0 {
		return refuse(400, "the update names nothing in change; name the fields that are to be taken over: %s", names(fields))
	}
	for _, name := range v.Change {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return refuse(400, "the field %q in change cannot be updated; those that can are %s", name, names(fields))
		}
		fields[i].take(row, v)
	}
	return nil
}

func names(fields []field) string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return strings.Join(all, ", ")
}
