package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"waybill/internal/shipmentlog"
	"waybill/schemas"
)

// tracking is a parcel as a tenant sees it: the newest life of its number, with
// the lives before it, the newest first (I1).
type tracking struct {
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	life
	Earlier []life `json:"earlier"`
}

// life is one life of a number: how it stands, who follows it, what happened.
type life struct {
	shipmentlog.Shipment

	Registrations []shipmentlog.Registration `json:"registrations"`
	Exceptions    []exception                `json:"exceptions"`
	ETAChanges    []shipmentlog.ETAChange    `json:"eta_changes"`
	Events        []shipmentlog.Event        `json:"events"`
}

// exception is one with the tenant's acknowledgement (R7).
type exception struct {
	shipmentlog.Exception

	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy string     `json:"acknowledged_by"`
}

// getTracking shows a parcel that the tenant follows.
func (a *API) getTracking(c *call) (*answer, error) {
	found, carrier, number, err := a.lookUp(c, a.cfg.Parcels.Look)
	if err != nil {
		return nil, err
	}
	t := &tracking{Carrier: carrier, TrackingNumber: number, Earlier: []life{}}
	for i, p := range found.Lives() {
		if i == 0 {
			t.life = lifeOf(p)
			continue
		}
		t.Earlier = append(t.Earlier, lifeOf(p))
	}
	return ok(t)
}

func lifeOf(p *shipmentlog.Parcel) life {
	l := life{Shipment: p.Shipments[0], Registrations: p.Registrations, ETAChanges: p.ETAChanges, Events: p.Events, Exceptions: []exception{}}
	for _, x := range p.Exceptions {
		shown := exception{Exception: x}
		for _, k := range p.Acknowledgements { // the first of them came first
			if k.OpeningEventID == x.OpeningEventID && shown.AcknowledgedAt == nil {
				shown.AcknowledgedAt, shown.AcknowledgedBy = &k.AcknowledgedAt, k.Actor
			}
		}
		l.Exceptions = append(l.Exceptions, shown)
	}
	return l
}

// explainTracking tells what became of each raw event about a parcel, and of each
// webhook.
func (a *API) explainTracking(c *call) (*answer, error) {
	found, _, _, err := a.lookUp(c, a.cfg.Parcels.Explain)
	if err != nil {
		return nil, err
	}
	return ok(found)
}

// lookUp reads the parcel that a path names, as far as the tenant may see it. One
// that was registered a moment ago may not be there yet; a client can wait for it.
func (a *API) lookUp(c *call, look func(ctx context.Context, tenant, carrier, number string) (*shipmentlog.Parcel, error)) (found *shipmentlog.Parcel, carrier, number string, err error) {
	q := queryOf(c.Request)
	wait := q.wait()
	if err := q.done(); err != nil {
		return nil, "", "", err
	}
	if carrier, number, err = a.parcelInPath(c); err != nil {
		return nil, "", "", err
	}
	found, err = await(a, c, wait, parcelLookEvery, isThere, func(ctx context.Context) (*shipmentlog.Parcel, error) {
		return look(ctx, c.tenant(), carrier, number)
	})
	if err != nil {
		return nil, "", "", ofLog(err)
	}
	if !isThere(found) {
		c.header.Set("Retry-After", "1")
		return nil, "", "", problem(http.StatusNotFound, "nothing is followed as %s %s; what was registered is here about a second later, and wait= waits for it", carrier, number)
	}
	return found, carrier, number, nil
}

// isThere tells whether a parcel can be shown: its rows come to several tables,
// one after the other.
func isThere(p *shipmentlog.Parcel) bool { return p != nil && len(p.Shipments) > 0 }

// parcelInPath gives the carrier and number of a path as tables have them, from
// any spelling.
func (a *API) parcelInPath(c *call) (carrier, number string, err error) {
	carrier, number = a.cfg.Carriers.Canonical(c.PathValue("carrier")), schemas.CanonicalNumber(c.PathValue("number"))
	if _, err := schemas.ShipmentKey(carrier, number); err != nil {
		return "", "", problem(http.StatusNotFound, "there is no parcel of that name: %s", strings.TrimPrefix(err.Error(), "making a shipment key: "))
	}
	return carrier, number, nil
}
