package roles

import (
	"context"
	"fmt"
	"log/slog"

	"waybill/pipeline/endpoints"
	"waybill/pipeline/stream"
	"waybill/pipeline/stream/job"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

func (p *parts) endpoints() (*stream.Runtime, error) {
	var names []string
	for _, s := range p.knows.Model.Statuses() {
		names = append(names, s.Name)
	}
	dialects, err := body.NewDialects(p.knows.Maps)
	if err != nil {
		return nil, err
	}
	j, err := endpoints.NewJob(endpoints.Config{
		Codecs: p.codecs, Dialects: dialects, Statuses: names,
		MaxEndpoints: p.settings.Pipeline.MaxEndpoints, SuspendAfter: p.settings.Webhook.SuspendAfter,
	})
	if err != nil {
		return nil, err
	}
	cfg, err := p.stream(Endpoints, []string{schemas.TopicEndpointCommands, schemas.TopicEndpointSignals}, schemas.TopicEndpointState)
	if err != nil {
		return nil, err
	}
	if err := p.registerer.Register(p.census); err != nil {
		return nil, fmt.Errorf("registering metrics of the endpoints: %w", err)
	}
	cfg.Broadcasts[0].Build = p.census.watch(cfg.Broadcasts[0].Build)
	return stream.New(cfg, &told{Job: j, codec: p.codecs.EndpointEvent, log: p.log.With("app", Endpoints)})
}

// told is the endpoints job, which logs what it writes to endpoint-events. What
// an aborted transaction wrote is logged once more when it is done again.
type told struct {
	*endpoints.Job

	codec *schemas.Codec[schemas.EndpointEvent]
	log   *slog.Logger
}

// Process implements job.Job.
func (t *told) Process(c *job.Call, in job.Input) error {
	if err := t.Job.Process(c, in); err != nil {
		return err //nolint:wrapcheck // the job's own words
	}
	for _, o := range c.Outputs() {
		if o.Topic != schemas.TopicEndpointEvents {
			continue
		}
		e, err := t.codec.Decode(o.Value)
		if err != nil {
			return fmt.Errorf("reading what becomes of an endpoint: %w", err)
		}
		t.log.Log(context.Background(), eventLevel(e), "endpoint "+e.Kind, "endpoint_id", e.EndpointID, "tenant", e.Tenant,
			"state", e.State, "reason", e.Reason, "command_id", e.CommandID, "requested_by", e.RequestedBy)
	}
	return nil
}

// eventLevel warns of what nobody asked for and somebody has to look at.
func eventLevel(e *schemas.EndpointEvent) slog.Level {
	switch {
	case e.Kind == schemas.EndpointEventFailing, e.Kind == schemas.EndpointEventSuspended,
		e.Kind == schemas.EndpointEventDisabled && e.CommandID == "":
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
