package roles

import (
	"context"
	"fmt"

	"waybill/schemas"
	"waybill/sinks/webhook"
	"waybill/sinks/webhook/lanes"
)

// callOptions says how the settings have webhooks called. It fails when a
// certificate cannot be read, or calls cannot leave from where they are to.
func (r *Roles) callOptions(o *Options) (webhook.Options, error) {
	s := &o.Settings.Webhook
	calls := webhook.Options{
		Version: o.Version, Timeout: s.Timeout, AllowedNetworks: s.Allow, ForbidPort80: s.ForbidPort80, Sources: s.Source,
		Lanes: lanes.Options{Seats: s.InFlight, InFlight: s.EndpointInFlight, Share: r.share, Wake: r.wake},
	}
	var err error
	if s.RootCAs != "" {
		if calls.RootCAs, err = webhook.ReadRootCAs(s.RootCAs); err != nil {
			return calls, fmt.Errorf("%w (--webhook-root-cas)", err)
		}
	}
	if err = webhook.CheckSources(context.Background(), s.Source); err != nil {
		return calls, fmt.Errorf("%w (--webhook-source)", err)
	}
	return calls, nil
}

// share is this process's part of delivery. Calls are made only while delivery
// runs.
func (r *Roles) share() (owned, all int) { return r.runtimes[Delivery].Share() }

// wake wakes webhooks of an endpoint that found no room before (W7).
func (r *Roles) wake(endpointID string, atMost int) {
	r.runtimes[Delivery].Wake(schemas.JobKey(endpointID, ""), atMost)
}

// workOfAWorker is how much asynchronous work a worker may have under way. The
// lanes bound what is open in the process: seats, and about as many that wait.
// This is twice as much, for workers have uneven shares, so endpoints that are
// slow never fill it.
func workOfAWorker(seats, among int) int { return max(1, 4*seats/among) }
