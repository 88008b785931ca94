package endpointclient

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/registry"
	"waybill/internal/topiclog"
	"waybill/internal/vault"
	"waybill/schemas"
)

// fetchWait is how long one look for an answer waits.
const fetchWait = 200 * time.Millisecond

// Client sends commands.
type Client struct {
	Kafka  *kgo.Client
	Prefix string
	Codecs *schemas.Codecs
	// Vault seals what commands hold of secrets. Nil: commands with some are
	// not sent.
	Vault *vault.Vault
}

// NewID makes an id for an endpoint or a command: random, lower case, no dot.
func NewID(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

// Send seals a command's secrets, sends it and waits until it was carried out.
// It returns the endpoint as it then stood. The error wraps ErrRefused when the
// command was refused.
func (c *Client) Send(ctx context.Context, command *schemas.EndpointCommand) (*schemas.WebhookEndpoint, error) {
	answers, err := c.tail(ctx, schemas.TopicWebhookEndpoints)
	if err != nil {
		return nil, err
	}
	if err := c.produce(ctx, command); err != nil {
		return nil, err
	}
	var answer *schemas.WebhookEndpoint
	err = await(ctx, answers, c.Codecs.WebhookEndpoint, func(e *schemas.WebhookEndpoint) bool {
		answer = e
		return e.LastCommandID == command.CommandID
	})
	if err != nil {
		return nil, fmt.Errorf("waiting for the command to be carried out: %w", err)
	}
	return answer, refusal(answer.LastError)
}

// produce seals and writes a command and waits for the broker's word.
func (c *Client) produce(ctx context.Context, command *schemas.EndpointCommand) error {
	sealed, err := c.seal(command)
	if err != nil {
		return err
	}
	value, err := c.Codecs.EndpointCommand.Encode(sealed)
	if err != nil {
		return err
	}
	record := &kgo.Record{Topic: c.Prefix + schemas.TopicEndpointCommands, Key: []byte(command.Tenant), Value: value}
	if err := c.Kafka.ProduceSync(ctx, record).FirstErr(); err != nil {
		return fmt.Errorf("sending the command: %w", err)
	}
	return nil
}

// Tests is where the outcome of a test will be seen. It must be made before
// the command that causes the test is sent.
type Tests struct {
	client *Client
	reader *topiclog.Reader
}

// Tests begins to watch for the outcome of tests.
func (c *Client) Tests(ctx context.Context) (*Tests, error) {
	reader, err := c.tail(ctx, schemas.TopicWebhookAttempts)
	return &Tests{c, reader}, err
}

// First waits for the first attempt of a job.
func (t *Tests) First(ctx context.Context, jobID string) (*schemas.WebhookAttempt, error) {
	var found *schemas.WebhookAttempt
	err := await(ctx, t.reader, t.client.Codecs.WebhookAttempt, func(a *schemas.WebhookAttempt) bool {
		found = a
		return a.JobID == jobID
	})
	if err != nil {
		return nil, fmt.Errorf("waiting for the outcome of the test: %w", err)
	}
	return found, nil
}

// Table reads every endpoint as it now stands.
func (c *Client) Table(ctx context.Context) (*schemas.EndpointTable, error) {
	entries := make(map[string][]byte)
	err := topiclog.Whole(ctx, c.Kafka, c.Prefix+schemas.TopicWebhookEndpoints, nil, func(r *kgo.Record) error {
		if r.Value == nil {
			delete(entries, string(r.Key))
		} else {
			entries[string(r.Key)] = r.Value
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the endpoints: %w", err)
	}
	return schemas.NewEndpointTable(c.Codecs.WebhookEndpoint, entries)
}

// tail reads a topic from its present end.
func (c *Client) tail(ctx context.Context, topic string) (*topiclog.Reader, error) {
	return c.read(ctx, topic, (*kadm.Client).ListEndOffsets)
}

// read reads a topic from the offsets that where lists.
func (c *Client) read(ctx context.Context, topic string, where func(*kadm.Client, context.Context, ...string) (kadm.ListedOffsets, error)) (*topiclog.Reader, error) {
	topic = c.Prefix + topic
	admin := kadm.NewClient(c.Kafka)
	details, err := admin.ListTopics(ctx, topic)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("asking for topic %s: %w", topic, err)
	}
	offsets, err := where(admin, ctx, topic)
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("asking for the offsets of %s: %w", topic, err)
	}
	position := make(map[int32]int64)
	offsets.Each(func(o kadm.ListedOffset) { position[o.Partition] = o.Offset })
	return topiclog.New(c.Kafka, topic, details[topic].ID, position), nil
}

// await reads until a value is the one that is waited for.
func await[T any](ctx context.Context, reader *topiclog.Reader, codec *schemas.Codec[T], is func(*T) bool) error {
	for {
		records, err := reader.Fetch(ctx, fetchWait)
		if err != nil {
			return err
		}
		for _, record := range records {
			if record.Value == nil {
				continue
			}
			v, err := registry.Decode(ctx, codec, record.Value)
			if err != nil {
				return err
			}
			if is(v) {
				return nil
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
