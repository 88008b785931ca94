package score

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"waybill/connectors/carriers"
	"waybill/connectors/simulate"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
	"waybill/schemas/status"
)

// Names of the rules, in the order in which they are shown.
const (
	Waybill      = "waybill"
	ArrivalOrder = "arrival_order"
	NewestWins   = "newest_wins"
	ExactMatch   = "exact_match"
	ForwardRank  = "forward_rank"
)

// Names lists the rules, ours first.
func Names() []string { return []string{Waybill, ArrivalOrder, NewestWins, ExactMatch, ForwardRank} }

const tenant = "score"

// field is what all follow with.
type field struct {
	model  *status.Model
	player *playback.Player
}

func newField() (*field, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	model, err := status.Default()
	if err != nil {
		return nil, err
	}
	table, err := carriers.Default()
	if err != nil {
		return nil, err
	}
	j, err := tracking.NewJob(tracking.Config{Codecs: codecs, Model: model, Carriers: table, ReorderHold: tracking.DefaultReorderHold})
	if err != nil {
		return nil, err
	}
	player, err := playback.New(playback.Options{
		Job: j, Codecs: codecs, Topics: []string{schemas.TopicDecisions, schemas.TopicWebhookJobs},
		Endpoints: []schemas.WebhookEndpoint{{EndpointID: "score", Tenant: tenant}},
	})
	return &field{model: model, player: player}, err
}

// rules gives what begins to follow a parcel, by name.
func (f *field) rules() map[string]func() rule {
	base := follower{model: f.model}
	return map[string]func() rule{
		Waybill:      func() rule { return f.newWaybill() },
		ArrivalOrder: func() rule { return &arrivalOrder{base} },
		NewestWins:   func() rule { return &newestWins{follower: base} },
		ExactMatch:   func() rule { return &exactMatch{follower: base} },
		ForwardRank:  func() rule { return &forwardRank{follower: base, known: map[instantCode]bool{}} },
	}
}

// waybill is what the tracking job does, as the receiver of its webhooks sees
// it.
type waybill struct {
	player  *playback.Player
	moments map[string]int // by event id
	events  []int          // the moments of the carrier's events, in order of arrival
	epoch   time.Time      // of the newest life
	present string         // that the last webhook gave
	said    told
}

func (f *field) newWaybill() *waybill {
	w := &waybill{moments: map[string]int{}}
	w.player = f.player.Another(w.hear)
	return w
}

func (w *waybill) take(t *simulate.Told) error {
	if t.Event != nil {
		w.events = append(w.events, t.Moment)
	}
	return w.player.Play(&t.Record)
}

func (w *waybill) status(at time.Time) (string, error) {
	err := w.player.Advance(at)
	return w.present, err
}

func (w *waybill) told() *told { return &w.said }

func (w *waybill) hear(o *playback.Output) error {
	if o.Refused != nil {
		return fmt.Errorf("a record was refused: %w", o.Refused)
	}
	for i := range o.Decisions {
		if d := &o.Decisions[i]; d.SourceTopic == schemas.TopicCarrierEvents {
			w.moments[d.EventID] = w.events[d.SourceOffset]
		}
	}
	for i := range o.Webhooks {
		if err := w.read(&o.Webhooks[i]); err != nil {
			return err
		}
	}
	return nil
}

// read reads a webhook as its receiver does.
func (w *waybill) read(j *schemas.WebhookJob) error {
	var said struct {
		Shipment struct {
			Status string `json:"status"`
		} `json:"shipment"`
	}
	if err := json.Unmarshal(j.Body, &said); err != nil {
		return fmt.Errorf("reading a webhook's body: %w", err)
	}
	if !j.Epoch.Before(w.epoch) {
		w.epoch, w.present = j.Epoch, said.Shipment.Status
	}
	if slices.Contains(j.Types, schemas.TypeStatusChanged) {
		w.said.changes = append(w.said.changes, said.Shipment.Status)
	}
	if moment, is := w.moments[j.Cause]; is && (slices.Contains(j.Types, schemas.TypeEvent) || slices.Contains(j.Types, schemas.TypeHistoryAmended)) {
		w.said.scans = append(w.said.scans, moment)
	}
	return nil
}
