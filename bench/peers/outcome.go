package peers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/peers/subset"
	"waybill/bench/rig"
	"waybill/internal/topiclog"
	"waybill/schemas"
)

// outcome is what one turn wrote: for each topic and key the values in order, and
// how much there is of each topic.
type outcome struct {
	values map[place][][]byte
	wrote  rig.Tallies
}

type place struct{ topic, key string }

// read takes in all that a contender wrote.
func (s *scene) read(ctx context.Context, c *contender) (*outcome, error) {
	o := &outcome{values: map[place][][]byte{}, wrote: rig.Tallies{}}
	for _, topic := range c.outputs() {
		err := topiclog.Whole(ctx, s.Client, s.prefix+topic, nil, func(r *kgo.Record) error {
			r.Topic = topic
			o.wrote.Add(r)
			if topic != c.changelog {
				at := place{topic, string(r.Key)}
				o.values[at] = append(o.values[at], r.Value)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading what %s wrote: %w", c.name, err)
		}
	}
	return o, nil
}

// equal refuses an outcome that is not the one wanted, and shows the first
// difference. Order counts within a key.
func equal(want, have map[place][][]byte) error {
	all := maps.Clone(want)
	maps.Copy(all, have)
	sorted := slices.SortedFunc(maps.Keys(all), func(a, b place) int { return cmp.Or(strings.Compare(a.topic, b.topic), strings.Compare(a.key, b.key)) })
	for _, at := range sorted {
		w, h := want[at], have[at]
		for i := range max(len(w), len(h)) {
			switch {
			case i >= len(w):
				return fmt.Errorf("key %s of %s has %d values, %d are wanted; the first too many is %q", at.key, at.topic, len(h), len(w), h[i])
			case i >= len(h):
				return fmt.Errorf("key %s of %s has %d values, %d are wanted; the first that lacks is %q", at.key, at.topic, len(h), len(w), w[i])
			case !bytes.Equal(w[i], h[i]):
				return fmt.Errorf("value %d of key %s of %s is %q, %q is wanted", i+1, at.key, at.topic, h[i], w[i])
			}
		}
	}
	return nil
}

// essence is what tracking, whole, has in common with the subset: of each event
// its code, the status before it and its arrival; of each webhook its sequence and
// the code that it tells of.
func (o *outcome) essence(codecs *schemas.Codecs) (map[place][][]byte, error) {
	found := map[place][][]byte{}
	for at, values := range o.values {
		for _, value := range values {
			var line string
			switch at.topic {
			case schemas.TopicTrackingEvents:
				e, err := codecs.TrackingEvent.Decode(value)
				if err != nil {
					return nil, err
				}
				if e.Type != schemas.TypeEvent {
					continue // noticed by the rules
				}
				line = fmt.Sprintf("%s after %q, %d", e.Code, e.PreviousStatus, e.ArrivedAt.UnixMilli())
			case schemas.TopicWebhookJobs:
				j, err := codecs.WebhookJob.Decode(value)
				if err != nil {
					return nil, err
				}
				var body struct {
					Event struct {
						Code string `json:"code"`
					} `json:"event"`
				}
				if err := json.Unmarshal(j.Body, &body); err != nil {
					return nil, fmt.Errorf("reading the body of a webhook: %w", err)
				}
				line = fmt.Sprintf("%d: %s", j.Sequence, body.Event.Code)
			default:
				continue
			}
			found[at] = append(found[at], []byte(line))
		}
	}
	return found, nil
}

// essenceOfSubset is the same of what the subset wrote.
func (o *outcome) essenceOfSubset() (map[place][][]byte, error) {
	found := map[place][][]byte{}
	for at, values := range o.values {
		for _, value := range values {
			var line string
			to := place{schemas.TopicTrackingEvents, at.key}
			if at.topic == subset.TopicEvents {
				e, err := subset.ReadEvent(value)
				if err != nil {
					return nil, err
				}
				line = fmt.Sprintf("%s after %q, %d", e.Code, e.Before, e.Arrival)
			} else {
				j, err := subset.ReadJob(value)
				if err != nil {
					return nil, err
				}
				line, to.topic = fmt.Sprintf("%d: %s", j.Sequence, j.Event.Code), schemas.TopicWebhookJobs
			}
			found[to] = append(found[to], []byte(line))
		}
	}
	return found, nil
}
