package endpoints

import (
	"slices"
	"strings"
	"time"

	"waybill/pipeline/delivery/schedule"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// Limits on what a tenant may ask for.
const (
	maxIDBytes          = 64
	maxDescriptionBytes = 500
	maxInFlight         = 1000
	minRate             = 0.001 // calls a second
	maxRate             = 100_000.0
)

// What a tenant's endpoints may take in the state. Beside them it holds the
// latest commands, at most 360 KB.
const (
	maxTenantBytes = 600_000
	healthBytes    = 2000 // beside the row of an endpoint
)

// checkRow says what stands against an endpoint as a command would have it, or
// nil.
func (u *turn) checkRow(row *schemas.WebhookEndpoint) *refusal {
	for _, check := range []func(*schemas.WebhookEndpoint) *refusal{
		checkURL, u.checkSame, u.checkChoice, checkDialect, checkHeadersOf, checkPace, checkSchedule, u.checkSize,
	} {
		if r := check(row); r != nil {
			return r
		}
	}
	return nil
}

// checkID keeps ids to what keys and paths bear.
func checkID(id string) *refusal {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
	}
	if id == "" || len(id) > maxIDBytes || strings.ContainsFunc(id, func(r rune) bool { return !plain(r) }) {
		return refuse(400, "the endpoint id %q is not 1 to %d letters, digits, underscores and dashes", id, maxIDBytes)
	}
	return nil
}

// checkRoom refuses an id that is taken and a tenant that is full. The table
// may lag behind, so of two tenants that choose the same id at the same moment
// both may get it; ids with a random part do not meet.
func (u *turn) checkRoom(v *schemas.EndpointCommand) *refusal {
	table, _ := u.call.Table(schemas.TopicWebhookEndpoints).(*schemas.EndpointTable)
	other := table.ByID(v.EndpointID)
	switch {
	case u.tenant.find(v.EndpointID) != nil || other != nil && other.Tenant != v.Tenant:
		return refuse(409, "the endpoint id %s is taken", v.EndpointID)
	case len(u.tenant.endpoints) >= u.job.cfg.MaxEndpoints:
		return refuse(409, "there are %d endpoints already, as many as are allowed; delete one first", len(u.tenant.endpoints))
	}
	return nil
}

// checkSame refuses a second endpoint at the same URL (W9).
func (u *turn) checkSame(row *schemas.WebhookEndpoint) *refusal {
	for _, e := range u.tenant.endpoints {
		if e.row.EndpointID != row.EndpointID && sameURL(e.row.URL, row.URL) {
			return refuse(409, "the endpoint %s has that URL already", e.row.EndpointID)
		}
	}
	return nil
}

// checkSize keeps a tenant's endpoints to what fits in one record of state.
func (u *turn) checkSize(row *schemas.WebhookEndpoint) *refusal {
	total := 0
	for _, e := range append([]*endpoint{{row: row}}, u.tenant.endpoints...) {
		if e.row != row && e.row.EndpointID == row.EndpointID {
			continue // as it was before
		}
		value, err := u.job.cfg.Codecs.WebhookEndpoint.Encode(e.row)
		if err != nil {
			return refuse(400, "the endpoint cannot be kept: %v", err)
		}
		total += len(value) + healthBytes
	}
	if total > maxTenantBytes {
		return refuse(409, "the endpoints would take %d bytes in all; %d are allowed: delete one, or shorten descriptions and headers", total, maxTenantBytes)
	}
	return nil
}

// checkChoice says what stands against the description and what was chosen.
func (u *turn) checkChoice(row *schemas.WebhookEndpoint) *refusal {
	if len(row.Description) > maxDescriptionBytes {
		return blame("description", "the description has %d bytes; %d are allowed", len(row.Description), maxDescriptionBytes)
	}
	if r := checkChosen("types", "type", row.Types, u.job.types); r != nil {
		return r
	}
	return checkChosen("statuses", "status", row.Statuses, u.job.statuses)
}

// checkDialect completes the dialect, and refuses what has no form in it.
func checkDialect(row *schemas.WebhookEndpoint) *refusal {
	dialect, version, err := body.Choose(row.Dialect, row.DialectVersion)
	if err != nil {
		return blame("dialect", "%v", err)
	}
	row.Dialect, row.DialectVersion = dialect, version
	for _, kind := range noticeTypes() {
		if dialect != body.DialectWaybill && slices.Contains(row.Types, kind) {
			return blame("types", "the type %s has no form in the dialect %s; choose it at an endpoint of the dialect %s", kind, dialect, body.DialectWaybill)
		}
	}
	return nil
}

func checkChosen(field, what string, chosen, known []string) *refusal {
	for i, c := range chosen {
		switch {
		case !slices.Contains(known, c):
			return blame(field, "the %s %q is not known; known are %s", what, c, strings.Join(known, ", "))
		case slices.Contains(chosen[:i], c):
			return blame(field, "the %s %s is given twice", what, c)
		}
	}
	return nil
}

// checkPace says what stands against the limits on calls (W7).
func checkPace(row *schemas.WebhookEndpoint) *refusal {
	if row.InFlight < 0 || row.InFlight > maxInFlight {
		return blame("in_flight", "in_flight is %d; it may be from 0, the default, to %d", row.InFlight, maxInFlight)
	}
	if rate := row.RateLimit; rate != 0 && !(rate >= minRate && rate <= maxRate) { // so also what is no number
		return blame("rate_limit", "rate_limit is %v calls a second; it may be 0, for no limit, or from %v to %v", rate, minRate, maxRate)
	}
	return nil
}

// checkSchedule says what stands against when webhooks are tried (W3).
func checkSchedule(row *schemas.WebhookEndpoint) *refusal {
	if row.ScheduleName != "" && len(row.Schedule) > 0 {
		return blame("schedule", "schedule and schedule_name are both given; one of them is enough")
	}
	if _, ok := schedule.ByName(row.ScheduleName); row.ScheduleName != "" && !ok {
		return blame("schedule_name", "the schedule %q is not known; known are %s", row.ScheduleName, strings.Join(schedule.Names(), ", "))
	}
	waits := make([]time.Duration, len(row.Schedule))
	for i, ms := range row.Schedule {
		waits[i] = duration(ms)
	}
	if err := schedule.Check(waits, duration(row.Deadline)); err != nil {
		if len(waits) == 0 {
			return blame("deadline", "%v", err)
		}
		return blame("schedule", "%v", err)
	}
	return nil
}

// duration is that of so many milliseconds. What a duration cannot hold is as
// far out of every bound as one of a year.
func duration(ms int64) time.Duration {
	const year = 365 * 24 * 60 * 60 * 1000
	return time.Duration(min(max(ms, -year), year)) * time.Millisecond
}
