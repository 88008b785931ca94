package tracking

import (
	"fmt"
	"slices"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// finish hands over what a turn made: its records, and the state with its next
// wake-up where it changed.
func (j *Job) finish(c *job.Call, t *turn) error {
	if err := j.emit(c, t); err != nil {
		return fmt.Errorf("writing the records of %s: %w", c.Key, err)
	}
	switch {
	case !t.out.changed:
	case len(t.state.shipments) == 0:
		c.Delete()
	default:
		c.Put(t.state, t.wakeAt())
	}
	j.turns.Put(t)
	return nil
}

func (j *Job) emit(c *job.Call, t *turn) error {
	for i := range t.out.events {
		if err := add(t, schemas.TopicTrackingEvents, c.Key, j.codecs.TrackingEvent, &t.out.events[i]); err != nil {
			return err
		}
	}
	for i := range t.out.decisions {
		if err := add(t, schemas.TopicDecisions, c.Key, j.codecs.Decision, &t.out.decisions[i]); err != nil {
			return err
		}
	}
	for _, s := range t.out.shipments {
		s.unwritten = slices.Contains(t.state.shipments, s)
		if s.unwritten {
			continue // Conclude writes it
		}
		if err := j.addRow(c, t, s); err != nil {
			return err
		}
	}
	for i := range t.out.jobs {
		w := &t.out.jobs[i]
		if err := add(t, schemas.TopicWebhookJobs, schemas.JobKey(w.EndpointID, c.Key), j.codecs.WebhookJob, w); err != nil {
			return err
		}
	}
	for i := range t.out.usage {
		if err := add(t, schemas.TopicUsage, t.out.usage[i].Tenant, j.codecs.Usage, &t.out.usage[i]); err != nil {
			return err
		}
	}
	for i := range t.out.polls {
		if err := add(t, schemas.TopicPollRequests, c.Key, j.codecs.PollRequest, &t.out.polls[i]); err != nil {
			return err
		}
	}
	for i := range t.out.moves {
		if err := j.addMove(t, &t.out.moves[i]); err != nil {
			return err
		}
	}
	t.outbox.emit(c)
	return nil
}
