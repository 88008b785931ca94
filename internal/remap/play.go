package remap

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"waybill/connectors/replay"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

// comparer compares parcel by parcel.
type comparer struct {
	rules   *tracking.Job
	codecs  *schemas.Codecs
	until   time.Time                   // when the play ends
	players map[string]*playback.Player // by tenants
	recoder recoder
	summary *Summary
}

// compare plays one parcel as it was and as it would be.
func (c *comparer) compare(p *parcel) error {
	c.summary.Parcels++
	before, after := c.recoder.records(p, c.summary)
	if before == nil {
		return nil
	}
	player, err := c.playerFor(p)
	if err != nil {
		return err
	}
	was, err := play(player, before, c.until)
	if err != nil {
		return err
	}
	is, err := play(player, after, c.until)
	if err != nil {
		return err
	}
	c.summary.compareOutcomes(p, was, is)
	return nil
}

// playerFor gives a player in which the parcel's tenants have an endpoint each.
// Most parcels have one tenant, so few players serve all.
func (c *comparer) playerFor(p *parcel) (*playback.Player, error) {
	tenants := make(map[string]bool)
	for _, r := range p.registrations {
		tenants[r.Tenant] = true
	}
	names := slices.Sorted(maps.Keys(tenants))
	key := fmt.Sprintf("%q", names)
	if known := c.players[key]; known != nil {
		return known, nil
	}
	var endpoints []schemas.WebhookEndpoint
	for _, tenant := range names {
		endpoints = append(endpoints, schemas.WebhookEndpoint{EndpointID: "remap:" + tenant, Tenant: tenant})
	}
	made, err := playback.New(playback.Options{
		Job: c.rules, Codecs: c.codecs, Endpoints: endpoints, Topics: []string{schemas.TopicShipments, schemas.TopicWebhookJobs},
	})
	if err != nil {
		return nil, err
	}
	c.players[key] = made
	return made, nil
}

// outcome is what the rules made of a parcel's log.
type outcome struct {
	shipments map[time.Time]schemas.Shipment // by epoch, as they stand last
	webhooks  map[webhook]int
	refused   int
}

// webhook is what a webhook tells, but for its words.
type webhook struct{ tenant, kind, cause string }

// play plays a parcel's log to its end.
func play(player *playback.Player, records []replay.Record, until time.Time) (*outcome, error) {
	o := &outcome{shipments: make(map[time.Time]schemas.Shipment), webhooks: make(map[webhook]int)}
	fresh := player.Another(func(out *playback.Output) error {
		if out.Refused != nil {
			o.refused++
		}
		for _, s := range out.Shipments {
			o.shipments[s.Epoch] = s
		}
		for _, w := range out.Webhooks {
			o.webhooks[webhook{w.Tenant, w.Type, w.Cause}]++
		}
		return nil
	})
	for i := range records {
		if err := fresh.Play(&records[i]); err != nil {
			return nil, fmt.Errorf("playing %s: %w", records[i].Key, err)
		}
	}
	if last := records[len(records)-1].Arrival; until.Before(last) { // a registration after the last event
		until = last
	}
	return o, fresh.Advance(until)
}

// Facts of a parcel that may change.
const (
	FactStatus     = "status"
	FactTerminal   = "terminal"
	FactDelivered  = "delivered_at"
	FactClockStart = "clock_start"
	FactClockStop  = "clock_stop"
	FactAttempts   = "attempts"
	FactExceptions = "exceptions"
)

// facts are what is compared, in words.
func (o *outcome) facts(epoch time.Time) map[string]string {
	s := o.shipments[epoch]
	return map[string]string{
		FactStatus: s.Status, FactTerminal: strconv.FormatBool(s.Terminal),
		FactDelivered: instant(s.DeliveredAt), FactClockStart: instant(s.ClockStart), FactClockStop: instant(s.ClockStop),
		FactAttempts: strconv.Itoa(s.Attempts), FactExceptions: strconv.Itoa(len(s.ExceptionEpisodes)),
	}
}

func instant(at *time.Time) string {
	if at == nil {
		return "none"
	}
	return at.UTC().Format(time.RFC3339)
}

// compareOutcomes adds to the summary what differs.
func (s *Summary) compareOutcomes(p *parcel, before, after *outcome) {
	s.Refused += after.refused
	changed := map[string]bool{}
	for _, epochs := range []map[time.Time]schemas.Shipment{before.shipments, after.shipments} {
		for epoch := range epochs {
			was, is := before.facts(epoch), after.facts(epoch)
			for _, fact := range s.order {
				if was[fact] != is[fact] && !changed[fact] {
					changed[fact] = true
					s.fact(fact).add(p, was[fact], is[fact])
				}
			}
		}
	}
	if len(changed) > 0 {
		s.ParcelsChanged++
	}
	for w, n := range before.webhooks {
		s.webhook(w.kind).Gone += max(0, n-after.webhooks[w])
	}
	for w, n := range after.webhooks {
		s.webhook(w.kind).New += max(0, n-before.webhooks[w])
	}
}
