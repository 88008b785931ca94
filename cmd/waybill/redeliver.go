package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/listing"
	"waybill/internal/redelivery"
	"waybill/internal/webhooklog"
	"waybill/schemas"
)

type redeliverCmd struct {
	formatFlag
	webhookFlags
	Webhook []string `help:"Those with these ids, up to 1000." placeholder:"ID"`
	Status  string   `help:"Those that stand so: open, delivered, expired, cancelled." placeholder:"STATUS"`
	Rate    float64  `help:"How many a second at the most. More is faster, and takes more from live traffic." default:"50"`
	After   string   `help:"Go on where a run before was broken off, which said with what." placeholder:"PLACE"`
	DryRun  bool     `help:"List what is chosen, and send nothing."`
	Tenant  string   `help:"Whose webhooks." default:"default"`
	Actor   string   `help:"Who does it, for the audit. Empty: the user of this machine."`
}

func (*redeliverCmd) Help() string {
	return `The same id and the same bytes, outside the order of a parcel's webhooks: a receiver that has had it knows the id. What
is chosen must fit all that is given, is at most 35 days old, and came before
the run began. To run it again does no harm. Who asked for what stays in the
audit of each endpoint.

Examples:

    waybill redeliver --webhook 5f0c2a1e9b3d44785f0c2a1e9b3d4478
    waybill redeliver --endpoint ep_4vmqxfbz2k7o --status expired --since 3d --dry-run
    waybill redeliver --endpoint ep_4vmqxfbz2k7o --since 2026-12-24T00:00:00Z --until 2026-12-24T06:00:00Z --rate 200`
}

// Run sends webhooks again, or lists which those are.
func (c *redeliverCmd) Run(ctx context.Context, g *globals) error {
	request, err := c.request(g)
	if err != nil {
		return err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	log := webhooklog.New(conn)
	if c.DryRun {
		return wrongQuestion(c.list(ctx, log, request))
	}
	kafka, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer kafka.Close()
	codecs, schemaRegistry, err := openCodecs(ctx, g.settings, g.log, nil)
	if err != nil {
		return err
	}
	defer schemaRegistry.Close()
	client := &redelivery.Client{Log: log, Kafka: kafka, Prefix: g.settings.Kafka.Prefix, Codecs: codecs}
	bar := newProgress("sending webhooks again")
	request.Progress = func(r redelivery.Report) { bar.update(r.Sent+len(r.Gone), int(r.Found)) }
	var report *redelivery.Report
	entry := entryOf(schemas.ActWebhooksRedeliver, c.Tenant, c.Actor, "webhooks", request.ID)
	entry.Detail = request.Choice.String()
	err = recorded(ctx, g, entry, func() (err error) {
		report, err = client.Run(ctx, *request)
		return err
	})
	bar.end(err)
	if report == nil {
		return wrongQuestion(err)
	}
	if err != nil && report.Last != nil {
		err = errors.Join(err, fmt.Errorf("it was broken off; --after %s goes on, and to begin anew does no harm", report.Last))
	}
	return errors.Join(err, c.print(report))
}

func (c *redeliverCmd) request(g *globals) (*redelivery.Request, error) {
	r := &redelivery.Request{
		ID: redelivery.NewID(), Tenant: c.Tenant, By: actor(c.Actor), Rate: c.Rate,
		Choice: webhooklog.Choice{WebhookIDs: c.Webhook, EndpointID: c.Endpoint, Status: c.Status},
	}
	if c.Rate <= 0 {
		return nil, wrongUseError{fmt.Errorf("--rate is %v; it must be above 0", c.Rate)}
	}
	var err error
	if r.Choice.Carrier, r.Choice.TrackingNumber, err = c.parcel(g); err != nil {
		return nil, err
	}
	if r.Choice.Since, r.Choice.Until, err = c.span(time.Now()); err != nil {
		return nil, err
	}
	if c.After != "" {
		at, err := webhooklog.ParsePosition(c.After)
		if err != nil {
			return nil, wrongUseError{fmt.Errorf("--after is %q: %w", c.After, err)}
		}
		r.After = &at
	}
	return r, nil
}

// list shows what is chosen: how many in all, and the first page of them.
func (c *redeliverCmd) list(ctx context.Context, log *webhooklog.Log, r *redelivery.Request) error {
	counts, err := log.Count(ctx, r.Tenant, r.Choice)
	if err != nil {
		return err
	}
	chosen, err := log.Choose(ctx, r.Tenant, r.Choice, r.After, listing.DefaultLimit)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"endpoints": counts, "webhooks": chosen})
	}
	t := newTable(os.Stdout, "arrived", "endpoint", "type", "parcel", "seq", "status", "attempts", "answer", "next attempt", "webhook")
	for i := range chosen {
		w := &chosen[i]
		t.AppendRow(table.Row{
			stamp(w.ArrivedAt), w.EndpointID, w.Type, orDash(strings.Trim(w.Carrier+":"+w.TrackingNumber, ":")), w.Sequence,
			w.Status, w.Attempts, answerOf(w.StatusCode, w.Reason), optional(w.NextAttemptAt), w.WebhookID,
		})
	}
	render(os.Stdout, t)
	var sum uint64
	for _, endpoint := range counts {
		sum += endpoint.Webhooks
		fmt.Printf("%s would be sent %d again\n", endpoint.EndpointID, endpoint.Webhooks)
	}
	fmt.Printf("%d in all, of which %d are shown; nothing was sent\n", sum, len(chosen))
	return nil
}

func (c *redeliverCmd) print(r *redelivery.Report) error {
	if c.json() {
		return printJSON(r)
	}
	fmt.Printf("found %s, sent %s again", strconv.FormatUint(r.Found, 10), strconv.Itoa(r.Sent))
	if len(r.Gone) > 0 {
		fmt.Printf(", %d are no longer on the log: %s", len(r.Gone), strings.Join(r.Gone, " "))
	}
	fmt.Printf(" (%s)\n", r.ID)
	return nil
}
