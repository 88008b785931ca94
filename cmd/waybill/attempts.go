package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/webhooklog"
)

type attemptsCmd struct {
	formatFlag
	webhookFlags
	Webhook string `help:"Those at one webhook." placeholder:"ID"`
	Outcome string `help:"Those with one outcome: delivered, failed, expired, cancelled." placeholder:"OUTCOME"`
	Reason  string `help:"Those that failed for one reason, such as timeout or status_5xx." placeholder:"REASON"`
	Limit   int    `help:"How many, 1 to 1000." default:"100"`
	After   string `help:"Go on where a list before ended, which said with what." placeholder:"CURSOR"`
	Tenant  string `help:"Whose webhooks." default:"default"`
}

func (*attemptsCmd) Help() string {
	return `Each call has a row with its answer, its reason where it failed, and when the next is due; so has the end of a webhook
without a call. A webhook that is sent again by hand counts from 1
again, with the trigger manual. Rows are there about a second after the
attempt.

Examples:

    waybill attempts --endpoint ep_4vmqxfbz2k7o --outcome failed --since 12h
    waybill attempts --shipment royal-mail:AB123456785GB --tenant acme
    waybill attempts --webhook 5f0c2a1e9b3d44785f0c2a1e9b3d4478 --format json`
}

// Run lists attempts.
func (c *attemptsCmd) Run(ctx context.Context, g *globals) error {
	filter, err := c.filter(g)
	if err != nil {
		return err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	page, err := webhooklog.New(conn).Attempts(ctx, c.Tenant, filter)
	if err != nil {
		return wrongQuestion(err)
	}
	if c.json() {
		return printJSON(page)
	}
	printAttempts(page)
	return nil
}

func (c *attemptsCmd) filter(g *globals) (f webhooklog.AttemptFilter, err error) {
	f = webhooklog.AttemptFilter{
		EndpointID: c.Endpoint, WebhookID: c.Webhook, Outcome: c.Outcome, Reason: c.Reason, Limit: c.Limit, After: c.After,
	}
	if f.Carrier, f.TrackingNumber, err = c.parcel(g); err != nil {
		return f, err
	}
	f.Since, f.Until, err = c.span(time.Now())
	return f, err
}

func printAttempts(page *webhooklog.AttemptPage) {
	if len(page.Attempts) == 0 {
		fmt.Println("there are no such attempts")
		return
	}
	t := newTable(os.Stdout, "started", "endpoint", "type", "parcel", "seq", "#", "trigger", "outcome", "answer", "took", "next attempt", "webhook")
	for i := range page.Attempts {
		a := &page.Attempts[i]
		took := "-"
		if a.TotalUS > 0 {
			took = (time.Duration(a.TotalUS) * time.Microsecond).Round(100 * time.Microsecond).String()
		}
		t.AppendRow(table.Row{
			stamp(a.StartedAt), a.EndpointID, a.Type, orDash(strings.Trim(a.Carrier+":"+a.TrackingNumber, ":")), a.Sequence, a.Number, a.Trigger,
			a.Outcome, answerOf(a.StatusCode, a.Reason), took, optional(a.NextAttemptAt), a.WebhookID,
		})
	}
	t.Render()
	if page.Next != "" {
		fmt.Printf("there are more: --after %s\n", page.Next)
	}
}

// answerOf says what came back: the status, or why there was none.
func answerOf(status int32, reason string) string {
	if status == 0 {
		return orDash(reason)
	}
	if reason == "" || strings.HasPrefix(reason, "status_") {
		return strconv.Itoa(int(status))
	}
	return fmt.Sprintf("%d %s", status, reason)
}
