package tracking

import (
	"fmt"

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
	return nil
}

func (j *Job) emit(c *job.Call, t *turn) error {
	for i := range t.out.events {
		if err := emit(c, schemas.TopicTrackingEvents, c.Key, j.codecs.TrackingEvent, &t.out.events[i]); err != nil {
			return err
		}
	}
	for i := range t.out.decisions {
		if err := emit(c, schemas.TopicDecisions, c.Key, j.codecs.Decision, &t.out.decisions[i]); err != nil {
			return err
		}
	}
	for _, s := range t.out.shipments {
		row := t.shipmentRow(s)
		if err := emit(c, schemas.TopicShipments, schemas.EpochKey(c.Key, row.Epoch), j.codecs.Shipment, &row); err != nil {
			return err
		}
	}
	for i := range t.out.jobs {
		w := &t.out.jobs[i]
		if err := emit(c, schemas.TopicWebhookJobs, schemas.JobKey(w.EndpointID, c.Key), j.codecs.WebhookJob, w); err != nil {
			return err
		}
	}
	for i := range t.out.usage {
		if err := emit(c, schemas.TopicUsage, t.out.usage[i].Tenant, j.codecs.Usage, &t.out.usage[i]); err != nil {
			return err
		}
	}
	return nil
}

func emit[T any](c *job.Call, topic, key string, codec *schemas.Codec[T], v *T) error {
	value, err := codec.Encode(v)
	if err != nil {
		return err
	}
	c.Emit(job.Output{Topic: topic, Key: key, Value: value})
	return nil
}
