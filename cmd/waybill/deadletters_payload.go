package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/dialects"
	publishing "waybill/connectors/publish"
	"waybill/internal/deadletters"
	"waybill/internal/knowledge"
	"waybill/schemas"
)

// resendPayload reads a payload that lay on no topic again, in its dialect, and
// publishes what it tells. What was published before is a duplicate (I4).
func (c *deadLettersResendCmd) resendPayload(ctx context.Context, g *globals, client *kgo.Client, l *deadletters.Letter, mended []byte) error {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	body := l.Value
	if mended != nil {
		body = mended
	}
	reading, err := dialects.Parse(l.Payload.Source, body, dialects.Options{
		Received: l.Payload.Received, Way: dialects.Way(l.Payload.Way), Carriers: knows.Carriers,
	})
	if err != nil {
		return fmt.Errorf("sending dead letter %s again: %w; mend it (--value FILE): 'waybill normalize --dialect %s FILE' shows what it tells", l.ID, err, l.Payload.Source)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := publishing.Publisher{Kafka: client, Prefix: g.settings.Kafka.Prefix, Codecs: codecs, Carriers: knows.Carriers}
	if err := p.Events(ctx, reading.Events); err != nil {
		return wayOut(err)
	}
	if err := c.printReading(reading); err != nil {
		return err
	}
	var bad []string
	for _, f := range reading.Failures {
		if f.Reason == dialects.ReasonBadEvent {
			bad = append(bad, f.Where+": "+f.Description)
		}
	}
	if len(bad) > 0 {
		return errors.New("these events still cannot be read: " + strings.Join(bad, "; "))
	}
	return nil
}

func (c *deadLettersResendCmd) printReading(reading *dialects.Reading) error {
	if c.json() {
		return printJSON(map[string]any{"topic": schemas.TopicCarrierEvents, "dialect": reading.Dialect, "events": len(reading.Events)})
	}
	_, err := fmt.Printf("read again as %s: %d events sent to %s\n", reading.Dialect, len(reading.Events), schemas.TopicCarrierEvents)
	return err
}
