package endpoints

import (
	"slices"
	"time"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// noticeType is the type of the webhooks about an event, if there are any.
func noticeType(event string) string {
	switch event {
	case schemas.EndpointEventFailing:
		return schemas.TypeEndpointFailing
	case schemas.EndpointEventRecovered:
		return schemas.TypeEndpointRecovered
	case schemas.EndpointEventSuspended:
		return schemas.TypeEndpointSuspended
	case schemas.EndpointEventResumed:
		return schemas.TypeEndpointResumed
	case schemas.EndpointEventDisabled:
		return schemas.TypeEndpointDisabled
	}
	return ""
}

// notify tells the tenant's other endpoints that name the type (W8), as long
// as they take traffic. One that is suspended hears of it when it is back.
func (u *turn) notify(about *endpoint, event *schemas.EndpointEvent, kind string) {
	for _, to := range u.tenant.endpoints {
		if to == about || !to.takesTraffic() || !slices.Contains(to.row.Types, kind) {
			continue
		}
		job := &schemas.WebhookJob{
			JobID: idOf("notice", to.row.EndpointID, event.EventID), EndpointID: to.row.EndpointID, Tenant: to.row.Tenant,
			Epoch: time.UnixMilli(0), Cause: event.EventID, Type: kind, Types: []string{kind},
			Trigger: schemas.TriggerEvent, CreatedAt: u.now,
		}
		job.Body = body.EncodeNotice(job.JobID, kind, u.now, &body.Endpoint{
			ID: about.row.EndpointID, URL: about.row.URL, State: event.State, Health: about.row.Health,
			Reason: event.Reason, FailingSince: about.row.FailingSince,
		})
		emit(u, u.job.cfg.Codecs.WebhookJob, schemas.TopicWebhookJobs, schemas.JobKey(to.row.EndpointID, schemas.NoticesKey), job)
	}
}
