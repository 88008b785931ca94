package endpoints

import (
	"slices"

	"waybill/schemas"
)

// webhookTypes are the types that an endpoint may choose from, specific first.
func webhookTypes() []string {
	return append([]string{
		schemas.TypeDelivered, schemas.TypeExceptionOpened, schemas.TypeExceptionResolved,
		schemas.TypeDelayed, schemas.TypeDelayCleared, schemas.TypeAtRisk, schemas.TypeETAChanged,
		schemas.TypeStalled, schemas.TypeExpired, schemas.TypeInvalid, schemas.TypeNotFound,
		schemas.TypeReturning, schemas.TypeHistoryAmended, schemas.TypeEventRetracted,
		schemas.TypeMilestone, schemas.TypeStatusChanged, schemas.TypeEvent, schemas.TypeEndpointTest,
		schemas.TypeRefused,
	}, noticeTypes()...)
}

// noticeTypes are the types of webhooks about another endpoint of the tenant
// (W8). Only who names them gets them.
func noticeTypes() []string {
	return []string{
		schemas.TypeEndpointFailing, schemas.TypeEndpointRecovered, schemas.TypeEndpointSuspended,
		schemas.TypeEndpointResumed, schemas.TypeEndpointDisabled,
	}
}

// choosableStatuses are the main statuses and those of a registration.
func choosableStatuses(main []string) []string {
	return append(slices.Clone(main), "not_found", "expired", "invalid")
}
