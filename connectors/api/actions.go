package api

import (
	"net/http"
	"time"

	"waybill/schemas"
)

// action is something that a tenant asks for by hand (R7).
type action struct {
	name   string   // of the contract
	fields []string // that its body may have
}

// actionBody has the fields of all actions, by the names of the contract's
// Registration.
type actionBody struct {
	Reason     string    `json:"reason"`
	Status     string    `json:"status"`
	OccurredAt time.Time `json:"occurred_at"`
	EventID    string    `json:"event_id"`
	NewCarrier string    `json:"new_carrier"`
}

// asked is the answer: what was put onto the log. What becomes of it, tracking
// decides; the parcel's events tell.
type asked struct {
	Action         string `json:"action"`
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	Actor          string `json:"actor"`
}

// actionRoutes are those by which tenants act on parcels by hand.
func (a *API) actionRoutes(register, admin []string) []route {
	const parcel = "/v4/trackings/{carrier}/{number}"
	stop := a.byHand(action{schemas.ActionStop, []string{"reason"}})
	return []route{
		plain(http.MethodDelete, parcel, register, stop).as(schemas.ActShipmentStop),
		plain(http.MethodPost, parcel+"/stop", register, stop).as(schemas.ActShipmentStop),
		plain(http.MethodPost, parcel+"/close", register, a.byHand(action{schemas.ActionClose, []string{"status", "reason"}})).as(schemas.ActShipmentClose),
		plain(http.MethodPost, parcel+"/correct", register, a.byHand(action{schemas.ActionCorrect, []string{"status", "reason", "occurred_at"}})).as(schemas.ActShipmentCorrect),
		plain(http.MethodPost, parcel+"/acknowledge", register, a.byHand(action{schemas.ActionAcknowledge, []string{"event_id", "reason"}})).as(schemas.ActShipmentAcknowledge),
		plain(http.MethodPost, parcel+"/change-carrier", register, a.byHand(action{schemas.ActionChangeCarrier, []string{"new_carrier", "reason"}})).as(schemas.ActShipmentChangeCarrier),
		plain(http.MethodPost, parcel+"/retract", admin, a.byHand(action{schemas.ActionRetract, []string{"event_id", "reason"}})).as(schemas.ActShipmentRetract),
		plain(http.MethodPost, parcel+"/erase", admin, a.byHand(action{schemas.ActionErase, []string{"reason"}})).as(schemas.ActShipmentErase),
	}
}

// byHand makes an action a route: it answers when Kafka has acknowledged it.
func (a *API) byHand(what action) func(*call) (*answer, error) {
	return func(c *call) (*answer, error) {
		var body actionBody
		if _, err := c.readBody(&body, what.fields, true); err != nil {
			return nil, err
		}
		key := c.Header.Get(headerIdempotency)
		if p := checkIdempotencyKey(headerIdempotency, key); p != nil {
			return nil, p
		}
		if what.name == schemas.ActionRetract && !a.isOperator(c) {
			return nil, problem(http.StatusForbidden, "an event is withdrawn for all who follow the parcel, which only operators may do; %s is none", c.tenant())
		}
		carrier, number, err := a.parcelInPath(c)
		if err != nil {
			return nil, err
		}
		r := schemas.Registration{
			Tenant: c.tenant(), Carrier: carrier, TrackingNumber: number, IdempotencyKey: key, Backfill: schemas.BackfillNone,
			Action: what.name, Actor: c.by(), Reason: body.Reason, Status: body.Status, EventID: body.EventID, NewCarrier: body.NewCarrier,
		}
		if !body.OccurredAt.IsZero() {
			r.OccurredAt = &body.OccurredAt
		}
		if err := a.cfg.Check(&r); err != nil {
			return nil, ofCheck(err)
		}
		if err := a.begin(c, objectShipment, carrier+":"+number, ""); err != nil {
			return nil, err
		}
		if err := a.publish(c, []schemas.Registration{r}); err != nil {
			return nil, err
		}
		return &answer{status: http.StatusAccepted, body: asked{what.name, carrier, number, r.Actor}}, nil
	}
}
