package endpoints

import (
	"slices"
	"strings"

	"waybill/schemas"
)

// Limits on what a tenant may ask for.
const (
	maxIDBytes          = 64
	maxDescriptionBytes = 500
	maxInFlight         = 1000
	maxWaits            = 32
	minWaitMillis       = 1000
	maxWaitMillis       = 72 * 60 * 60 * 1000
)

// checkNew says what stands against making the endpoint that a command asks
// for, or nil.
func (u *turn) checkNew(v *schemas.EndpointCommand) *refusal {
	if r := checkID(v.EndpointID); r != nil {
		return r
	}
	if r := u.checkRoom(v); r != nil {
		return r
	}
	if r := checkURL(v.URL); r != nil {
		return r
	}
	if r := u.checkSame(v.URL); r != nil {
		return r
	}
	if len(v.Description) > maxDescriptionBytes {
		return refuse(400, "the description has %d bytes; %d are allowed", len(v.Description), maxDescriptionBytes)
	}
	if r := checkChosen("type", v.Types, u.job.types); r != nil {
		return r
	}
	if r := checkChosen("status", v.Statuses, u.job.statuses); r != nil {
		return r
	}
	if r := checkSecret(v.Secret); r != nil {
		return r
	}
	if r := checkHeaders(v.Headers, checkHeaderValue); r != nil {
		return r
	}
	if v.InFlight < 0 || v.InFlight > maxInFlight {
		return refuse(400, "in_flight is %d; it may be from 0, the default, to %d", v.InFlight, maxInFlight)
	}
	return checkSchedule(v.Schedule)
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
func (u *turn) checkSame(url string) *refusal {
	for _, e := range u.tenant.endpoints {
		if sameURL(e.row.URL, url) {
			return refuse(409, "the endpoint %s has that URL already", e.row.EndpointID)
		}
	}
	return nil
}

func checkChosen(what string, chosen, known []string) *refusal {
	for i, c := range chosen {
		switch {
		case !slices.Contains(known, c):
			return refuse(400, "the %s %q is not known; known are %s", what, c, strings.Join(known, ", "))
		case slices.Contains(chosen[:i], c):
			return refuse(400, "the %s %s is given twice", what, c)
		}
	}
	return nil
}

func checkSchedule(waits []int64) *refusal {
	if len(waits) > maxWaits {
		return refuse(400, "the schedule has %d waits; %d are allowed", len(waits), maxWaits)
	}
	for i, ms := range waits {
		if ms < minWaitMillis || ms > maxWaitMillis {
			return refuse(400, "wait %d of the schedule is %d ms; it may be from %d to %d", i+1, ms, minWaitMillis, maxWaitMillis)
		}
	}
	return nil
}

// webhookTypes are the types that an endpoint may choose from, specific first.
func webhookTypes() []string {
	return []string{
		schemas.TypeDelivered, schemas.TypeExceptionOpened, schemas.TypeExceptionResolved,
		schemas.TypeDelayed, schemas.TypeDelayCleared, schemas.TypeAtRisk, schemas.TypeETAChanged,
		schemas.TypeStalled, schemas.TypeExpired, schemas.TypeInvalid, schemas.TypeNotFound,
		schemas.TypeReturning, schemas.TypeHistoryAmended, schemas.TypeEventRetracted,
		schemas.TypeMilestone, schemas.TypeStatusChanged, schemas.TypeEvent, schemas.TypeEndpointTest,
		schemas.TypeRefused,
	}
}

// choosableStatuses are the main statuses and those of a registration.
func choosableStatuses(main []string) []string {
	return append(slices.Clone(main), "not_found", "expired", "invalid")
}
