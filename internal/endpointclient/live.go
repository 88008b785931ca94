package endpointclient

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/schemas"
)

const (
	// liveFetchWait is how long a look at one leader waits for something new.
	// With several leaders an answer of one waits for the others as long.
	liveFetchWait = 100 * time.Millisecond
	// liveRetryWait is between a failure and the next try.
	liveRetryWait = time.Second
)

// Live is a client for a process that sends many commands: it reads
// webhook-endpoints once and goes on reading, so that a command costs no reader
// of its own and the endpoints are known at any time. What a command changed is
// in them when Send returns.
type Live struct {
	client *Client
	log    *slog.Logger

	mu      sync.Mutex
	table   *liveTable // nil until the topic was read once
	waiting map[string][]chan *schemas.WebhookEndpoint
	failure error // of the last try to read
}

// NewLive makes a live client; Run makes it work.
func NewLive(client *Client, log *slog.Logger) *Live {
	return &Live{
		client: client, log: log, failure: errors.New("they have not been read yet"),
		waiting: make(map[string][]chan *schemas.WebhookEndpoint),
	}
}

// Run reads until ctx is done. It gets over every failure by reading the whole
// topic again, which is small.
func (l *Live) Run(ctx context.Context) error {
	for {
		err := l.follow(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to stop
		}
		l.mu.Lock()
		l.failure = err
		l.mu.Unlock()
		l.log.Warn("reading the endpoints; trying again", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(liveRetryWait):
		}
	}
}

// Ready says why the endpoints are not known at the moment, or nil.
func (l *Live) Ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure != nil {
		return fmt.Errorf("reading the endpoints: %w", l.failure)
	}
	return nil
}

// Send sends a command and waits until it was carried out, as Client.Send does.
func (l *Live) Send(ctx context.Context, command *schemas.EndpointCommand) (*schemas.WebhookEndpoint, error) {
	answers := make(chan *schemas.WebhookEndpoint, 1)
	l.mu.Lock()
	l.waiting[command.CommandID] = append(l.waiting[command.CommandID], answers)
	l.mu.Unlock()
	defer l.forget(command.CommandID, answers)
	if err := l.client.produce(ctx, command); err != nil {
		return nil, err
	}
	select {
	case answer := <-answers:
		return answer, refusal(answer.LastError)
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the command to be carried out: %w", ctx.Err())
	}
}

// Find returns a tenant's endpoint, nil if it has none of that id. The caller
// must not change it.
func (l *Live) Find(tenant, id string) (*schemas.WebhookEndpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.table == nil {
		return nil, fmt.Errorf("reading the endpoints: %w", l.failure)
	}
	return l.table.byTenant[tenant][id], nil
}

// OfTenant returns a tenant's endpoints in the order in which they were made,
// as they were when they could last be read; an error when they never could.
// The caller must not change them.
func (l *Live) OfTenant(tenant string) ([]*schemas.WebhookEndpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.table == nil {
		return nil, fmt.Errorf("reading the endpoints: %w", l.failure)
	}
	all := slices.Collect(maps.Values(l.table.byTenant[tenant]))
	slices.SortFunc(all, func(a, b *schemas.WebhookEndpoint) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(a.EndpointID, b.EndpointID)
	})
	return all, nil
}

// follow reads the topic to its end, shows what it found, and goes on with what
// comes.
func (l *Live) follow(ctx context.Context) error {
	reader, err := l.client.read(ctx, schemas.TopicWebhookEndpoints, (*kadm.Client).ListStartOffsets)
	if err != nil {
		return err
	}
	table := newLiveTable()
	for shown := false; ; {
		records, err := reader.Fetch(ctx, liveFetchWait)
		if err != nil {
			return err
		}
		if err := l.apply(table, records); err != nil {
			return err
		}
		if !shown && len(reader.Behind) == len(reader.Position) && !behind(reader) {
			shown = true
			l.mu.Lock()
			l.table, l.failure = table, nil
			l.mu.Unlock()
		}
	}
}

// behind tells whether the topic held more at the last look.
func behind(reader *topiclog.Reader) bool {
	for _, offsets := range reader.Behind {
		if offsets > 0 {
			return true
		}
	}
	return false
}

// apply brings a table up to date, and hands answers to those who wait for them.
func (l *Live) apply(table *liveTable, records []*kgo.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, record := range records {
		key := string(record.Key)
		if record.Value == nil {
			table.remove(key)
			continue
		}
		e, err := l.client.Codecs.WebhookEndpoint.Decode(record.Value)
		if err != nil {
			return fmt.Errorf("reading endpoint %s: %w", key, err)
		}
		if e.State != schemas.EndpointRejected {
			table.put(key, e)
		}
		for _, answers := range l.waiting[e.LastCommandID] {
			select {
			case answers <- e:
			default: // it has one
			}
		}
	}
	return nil
}

func (l *Live) forget(commandID string, answers chan *schemas.WebhookEndpoint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := slices.DeleteFunc(l.waiting[commandID], func(c chan *schemas.WebhookEndpoint) bool { return c == answers })
	if len(left) == 0 {
		delete(l.waiting, commandID)
		return
	}
	l.waiting[commandID] = left
}
