package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/deadletters"
	"waybill/schemas"
)

type deadLettersCmd struct {
	List   deadLettersListCmd   `cmd:"" help:"List them, oldest first."`
	Show   deadLettersShowCmd   `cmd:"" help:"Show one, with its bytes."`
	Resend deadLettersResendCmd `cmd:"" help:"Send one again to the topic it came from."`
}

type deadLettersListCmd struct{ formatFlag }

func (*deadLettersListCmd) Help() string {
	return `A dead letter stays where it is until its retention ends, also when it was sent again.

Example:

    waybill dead-letters list --format json`
}

func (c *deadLettersListCmd) Run(ctx context.Context, g *globals) error {
	client, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer client.Close()
	letters, err := deadletters.List(ctx, client, g.settings.Kafka.Prefix)
	if err != nil {
		return wayOut(err)
	}
	if c.json() {
		return printJSON(list(letters))
	}
	if len(letters) == 0 {
		fmt.Println("there are no dead letters")
		return nil
	}
	t := newTable(os.Stdout, "id", "since", "came from", "key", "cause")
	for _, l := range letters {
		from := fmt.Sprintf("%s %s:%s", l.SourceTopic, l.SourcePartition, l.SourceOffset)
		if p := l.Payload; p != nil {
			from = fmt.Sprintf("%s-%s %s", p.Source, p.Way, p.Account)
		}
		t.AppendRow(table.Row{l.ID, l.DeadSince.Format(time.RFC3339), from, l.Key, l.Cause})
	}
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "cause", WidthMax: 70, WidthMaxEnforcer: text.WrapSoft}})
	t.Render()
	return nil
}

type deadLettersShowCmd struct {
	formatFlag
	ID    string `arg:"" help:"Id from the list, partition:offset."`
	Value bool   `help:"Print the bytes alone, to mend them in a file."`
}

func (*deadLettersShowCmd) Help() string {
	return `Examples:

    waybill dead-letters show 3:17
    waybill dead-letters show 3:17 --value > mended.json`
}

func (c *deadLettersShowCmd) Run(ctx context.Context, g *globals) error {
	client, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer client.Close()
	l, err := find(ctx, g, client, c.ID)
	if err != nil {
		return err
	}
	if c.Value {
		_, err := os.Stdout.Write(l.Value)
		return err
	}
	if c.json() {
		return printJSON(struct {
			*deadletters.Letter
			Value []byte `json:"value"`
		}{l, l.Value})
	}
	from := fmt.Sprintf("%s, partition %s, offset %s, %s", l.SourceTopic, l.SourcePartition, l.SourceOffset, l.SourceTime.Format(time.RFC3339))
	if p := l.Payload; p != nil {
		from = fmt.Sprintf("%s (%s), account %s, %s, %s", p.Source, p.Way, p.Account, p.ContentType, p.Received.Format(time.RFC3339))
	}
	_, err = fmt.Printf("id         %s\nsince      %s\ncame from  %s\nkey        %s\ncause      %s\n\n%s\n",
		l.ID, l.DeadSince.Format(time.RFC3339), from, l.Key, l.Cause, legible(l.Value))
	return err
}

// legible gives bytes as they are where they are text that a terminal can
// show, else quoted.
func legible(value []byte) string {
	text := string(value)
	hidden := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) }
	if strings.ContainsFunc(text, hidden) {
		return strconv.Quote(text)
	}
	return text
}

type deadLettersResendCmd struct {
	formatFlag
	ID    string `arg:"" help:"Id from the list, partition:offset."`
	Value string `help:"File whose bytes take the place of the letter's." type:"existingfile" placeholder:"FILE"`
}

func (*deadLettersResendCmd) Help() string {
	return `The key and headers are those of the letter. A payload that came from a carrier or a platform is read again in its
dialect, and its events are sent; those that were sent before are duplicates.

Example:

    waybill dead-letters resend 3:17 --value mended.json`
}

func (c *deadLettersResendCmd) Run(ctx context.Context, g *globals) error {
	var mended []byte
	if c.Value != "" {
		var err error
		if mended, err = os.ReadFile(c.Value); err != nil {
			return fmt.Errorf("reading the mended value: %w", err)
		}
	}
	client, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer client.Close()
	l, err := find(ctx, g, client, c.ID)
	if err != nil {
		return err
	}
	entry := entryOf(schemas.ActDeadLettersResend, "", "", "dead-letter", l.ID)
	return recorded(ctx, g, entry, func() error { return c.resend(ctx, g, client, l, mended) })
}

func (c *deadLettersResendCmd) resend(ctx context.Context, g *globals, client *kgo.Client, l *deadletters.Letter, mended []byte) error {
	if l.Payload != nil {
		return c.resendPayload(ctx, g, client, l, mended)
	}
	sent, err := deadletters.Resend(ctx, client, g.settings.Kafka.Prefix, l, mended)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"topic": sent.Topic, "partition": sent.Partition, "offset": sent.Offset})
	}
	_, err = fmt.Printf("sent again to %s, partition %d, offset %d\n", sent.Topic, sent.Partition, sent.Offset)
	return err
}

func find(ctx context.Context, g *globals, client *kgo.Client, id string) (*deadletters.Letter, error) {
	l, err := deadletters.Find(ctx, client, g.settings.Kafka.Prefix, id)
	switch {
	case errors.Is(err, deadletters.ErrNoSuchLetter):
		return nil, fmt.Errorf("%w; `waybill dead-letters list` shows those that there are", err)
	case err != nil:
		return nil, wayOut(err)
	}
	return l, nil
}
