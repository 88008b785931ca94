package main

import (
	"context"
	"fmt"
	"os/user"
	"time"

	"waybill/internal/knowledge"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

// shipmentCmd is what can be done by hand with a parcel that is followed (R7).
type shipmentCmd struct {
	Stop          shipmentStopCmd          `cmd:"" help:"Stop following a parcel."`
	Close         shipmentCloseCmd         `cmd:"" help:"Declare a parcel to be over, with a status and a reason."`
	Correct       shipmentCorrectCmd       `cmd:"" help:"Say what a parcel's status is, against the carrier, for one tenant."`
	Acknowledge   shipmentAcknowledgeCmd   `cmd:"" help:"Take open exceptions in hand."`
	ChangeCarrier shipmentChangeCarrierCmd `cmd:"" help:"Follow a parcel at another carrier."`
	Retract       shipmentRetractCmd       `cmd:"" help:"Withdraw an event, for all who follow the parcel; for operators."`
	Erase         shipmentEraseCmd         `cmd:"" help:"Erase what is said of persons of a parcel."`

	EraseReference shipmentEraseReferenceCmd `cmd:"" help:"Erase what is said of persons of all parcels with a reference."`
}

// actFlags are common to all acts by hand.
type actFlags struct {
	formatFlag
	Carrier        string `arg:"" help:"Carrier, for example royal-mail."`
	TrackingNumber string `arg:"" help:"The carrier's number for the parcel."`
	Tenant         string `help:"Whose registration." default:"default"`
	Actor          string `help:"Who does it, for the audit. Empty: the user of this machine."`
	IdempotencyKey string `help:"The same key has its effect once, however often it is sent."`
}

// act puts an act by hand on the log. What becomes of it, tracking decides.
func (f *actFlags) act(ctx context.Context, g *globals, r schemas.Registration) error {
	r.Tenant, r.Carrier, r.TrackingNumber = f.Tenant, f.Carrier, f.TrackingNumber
	r.IdempotencyKey, r.Actor, r.Backfill = f.IdempotencyKey, actor(f.Actor), schemas.BackfillNone
	key, value, err := checked(g, &r)
	if err != nil {
		return err
	}
	return recorded(ctx, g, entryOf("shipment_"+r.Action, r.Tenant, f.Actor, "shipment", key), func() error {
		return putRegistration(ctx, g, f.formatFlag, key, value, "asked to "+r.Action)
	})
}

// actor is who does something by hand: who is named, else the user of this
// machine.
func actor(named string) string {
	if me, err := user.Current(); named == "" && err == nil {
		return me.Username
	}
	return named
}

// publishRegistration puts a registration on the log and prints where it lies.
func publishRegistration(ctx context.Context, g *globals, format formatFlag, r *schemas.Registration, done string) error {
	key, value, err := checked(g, r)
	if err != nil {
		return err
	}
	return putRegistration(ctx, g, format, key, value, done)
}

// checked is a registration as it goes onto the log. One that would become a dead
// letter is refused.
func checked(g *globals, r *schemas.Registration) (key string, value []byte, err error) {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return "", nil, err
	}
	if err := tracking.NewCheck(knows.Model, knows.Carriers)(r); err != nil {
		return "", nil, wrongUseError{err}
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return "", nil, err
	}
	if key, err = schemas.ShipmentKey(r.Carrier, r.TrackingNumber); err != nil {
		return "", nil, wrongUseError{err}
	}
	value, err = codecs.Registration.Encode(r)
	return key, value, err
}

func putRegistration(ctx context.Context, g *globals, format formatFlag, key string, value []byte, done string) error {
	at, err := produce(ctx, g, schemas.TopicRegistrations, key, value)
	if err != nil {
		return err
	}
	if format.json() {
		return printJSON(map[string]any{"key": key, "topic": at.Topic, "partition": at.Partition, "offset": at.Offset})
	}
	_, err = fmt.Printf("%s %s (%s, partition %d, offset %d)\n", done, key, at.Topic, at.Partition, at.Offset)
	return err
}

// explained is how the outcome of an act by hand is seen.
const explained = `What became of it, waybill explain shows: an event of its own, with the reason where it was refused.

Example:

`

type shipmentStopCmd struct {
	actFlags
	Reason string `help:"Why, for the audit."`
}

func (*shipmentStopCmd) Help() string {
	return `The tenant's window ends now, and with it its webhooks. Others who follow the parcel do not notice.
` + explained + `    waybill shipment stop royal-mail AB123456785GB --tenant acme --reason "order cancelled"`
}

func (c *shipmentStopCmd) Run(ctx context.Context, g *globals) error {
	return c.act(ctx, g, schemas.Registration{Action: schemas.ActionStop, Reason: c.Reason})
}

type shipmentCloseCmd struct {
	actFlags
	Status string `help:"The end: DELIVERED, RETURNED, FAILED, CANCELLED, or a code of one of them." required:""`
	Reason string `help:"Why, for the audit." required:""`
}

func (*shipmentCloseCmd) Help() string {
	return `The tenant's window ends now, with one last webhook tracking.status_changed. The carrier's status stays as it is.
` + explained + `    waybill shipment close royal-mail AB123456785GB --status failed.lost --reason "the customer was refunded"`
}

func (c *shipmentCloseCmd) Run(ctx context.Context, g *globals) error {
	return c.act(ctx, g, schemas.Registration{Action: schemas.ActionClose, Status: c.Status, Reason: c.Reason})
}

type shipmentCorrectCmd struct {
	actFlags
	Status     string     `help:"A main status or a code of the model." required:""`
	Reason     string     `help:"Why, for the audit." required:""`
	OccurredAt *time.Time `help:"When it happened, such as 2026-12-24T18:00:00Z. Empty: now." placeholder:"TIME"`
}

func (*shipmentCorrectCmd) Help() string {
	return `The tenant is told the status and sees it until the carrier tells a newer one that it may be left for. Others who follow
the parcel do not notice.
` + explained + `    waybill shipment correct royal-mail AB123456785GB --status exc.loss_or_damage --reason "nobody has got it"`
}

func (c *shipmentCorrectCmd) Run(ctx context.Context, g *globals) error {
	return c.act(ctx, g, schemas.Registration{Action: schemas.ActionCorrect, Status: c.Status, Reason: c.Reason, OccurredAt: c.OccurredAt})
}

type shipmentAcknowledgeCmd struct {
	actFlags
	Event  string `help:"Id of the event that opened the exception. Empty: every exception that is open." placeholder:"ID"`
	Reason string `help:"What is done about it, for the audit."`
}

func (*shipmentAcknowledgeCmd) Help() string {
	return `The tenant's bodies and reports say when it took the exception in hand. Others who follow the parcel do not notice.
` + explained + `    waybill shipment acknowledge royal-mail AB123456785GB --actor ann --reason "papers sent"`
}

func (c *shipmentAcknowledgeCmd) Run(ctx context.Context, g *globals) error {
	return c.act(ctx, g, schemas.Registration{Action: schemas.ActionAcknowledge, EventID: c.Event, Reason: c.Reason})
}

type shipmentChangeCarrierCmd struct {
	actFlags
	NewCarrier string `arg:"" help:"The carrier that has the parcel now."`
	Reason     string `help:"Why, for the audit."`
}

func (*shipmentChangeCarrierCmd) Help() string {
	return `The registration is over here and goes on at the new carrier, with the same number, what is left of its window, and
without charge. The service and the account at the carrier stay behind.
` + explained + `    waybill shipment change-carrier royal-mail AB123456785GB parcelforce --reason "handed over"`
}

func (c *shipmentChangeCarrierCmd) Run(ctx context.Context, g *globals) error {
	return c.act(ctx, g, schemas.Registration{Action: schemas.ActionChangeCarrier, NewCarrier: c.NewCarrier, Reason: c.Reason})
}

type shipmentRetractCmd struct {
	actFlags
	Event  string `arg:"" help:"Id of the event, 16 hexadecimal digits, as waybill explain and webhooks show it."`
	Reason string `help:"Why, for the audit." required:""`
}

func (*shipmentRetractCmd) Help() string {
	return `The event leaves the history, what rested on it is computed anew, and those who were told of it are told. It is done for
all who follow the parcel, so --tenant must be one of --operators.
` + explained + `    waybill shipment retract royal-mail AB123456785GB 5f0c2a1e9b3d4478 --reason "scanned in error"`
}

func (c *shipmentRetractCmd) Run(ctx context.Context, g *globals) error {
	return c.act(ctx, g, schemas.Registration{Action: schemas.ActionRetract, EventID: c.Event, Reason: c.Reason})
}
