package topics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
)

// knownWait is how long a broker may take to hear of new topics; it takes a
// moment, unless it has much else to do.
const knownWait = 20 * time.Second

// Layout says how a deployment lays its topics out.
type Layout struct {
	// Prefix stands before every topic name. Two deployments share a Kafka by
	// different prefixes.
	Prefix string
	// Partitions of every topic, from 1.
	Partitions int
	// Replication is the number of copies of every partition; -1 is the
	// broker's default.
	Replication int
	// Replay lays the inputs out for clock log: CreateTime, kept for ever, for
	// records of long ago would otherwise be deleted at once (E8).
	Replay bool
}

// Names returns the full names of every topic.
func (l Layout) Names() []string {
	names := make([]string, 0, len(schemas.Topics()))
	for _, t := range schemas.Topics() {
		names = append(names, l.Prefix+t.Name)
	}
	return names
}

// settings returns the topic settings that Waybill needs, by Kafka's names.
func (l Layout) settings(t schemas.Topic) map[string]string {
	s := map[string]string{
		"cleanup.policy":         "delete",
		"retention.ms":           strconv.FormatInt(t.Retention.Milliseconds(), 10),
		"max.message.bytes":      strconv.Itoa(t.MaxBytes),
		"message.timestamp.type": "CreateTime",
	}
	if t.Compacted {
		s["cleanup.policy"] = "compact"
		s["delete.retention.ms"] = strconv.FormatInt(schemas.TombstoneRetention.Milliseconds(), 10)
		if t.Retention > 0 {
			s["cleanup.policy"] = "compact,delete"
		}
	}
	if t.Retention == 0 || t.Input && l.Replay {
		s["retention.ms"] = "-1" // said outright: some brokers apply their default to compacted topics
	}
	if t.Input && !l.Replay {
		s["message.timestamp.type"] = "LogAppendTime"
	}
	return s
}

// Difference is one thing that is not as it should be.
type Difference struct {
	Topic   string `json:"topic"`
	Setting string `json:"setting"`
	Want    string `json:"want"`
	Have    string `json:"have"`
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s is %s, should be %s", d.Topic, d.Setting, d.Have, d.Want)
}

// partitionCounts asks the broker itself: the client's cached metadata may be
// older than the topics.
func partitionCounts(ctx context.Context, client *kgo.Client, names []string) (map[string]int, error) {
	req := kmsg.NewPtrMetadataRequest()
	for _, name := range names {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = &name
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("listing topics: %w", err)
	}
	counts := make(map[string]int, len(names))
	for _, topic := range resp.Topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if err != nil && !errors.Is(err, kerr.UnknownTopicOrPartition) {
			return nil, fmt.Errorf("listing topic %s: %w", *topic.Topic, err)
		}
		counts[*topic.Topic] = len(topic.Partitions)
	}
	return counts, nil
}

// Create makes the topics that are missing and returns their names. Topics
// that exist are left as they are.
func Create(ctx context.Context, client *kgo.Client, l Layout) ([]string, error) {
	existing, err := partitionCounts(ctx, client, l.Names())
	if err != nil {
		return nil, err
	}
	admin := kadm.NewClient(client)
	var made []string
	for _, t := range schemas.Topics() {
		name := l.Prefix + t.Name
		if existing[name] > 0 {
			continue
		}
		configs := make(map[string]*string)
		for key, value := range l.settings(t) {
			configs[key] = &value
		}
		_, err := admin.CreateTopic(ctx, int32(l.Partitions), int16(l.Replication), configs, name)
		if err != nil {
			return made, fmt.Errorf("creating topic %s: %w", name, err)
		}
		made = append(made, name)
	}
	return made, awaitKnown(ctx, client, made)
}

// awaitKnown waits until a broker has heard of new topics: the controller has
// made them a little earlier, and who uses them next would not find them.
func awaitKnown(ctx context.Context, client *kgo.Client, names []string) error {
	if len(names) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, knownWait)
	defer cancel()
	tick := time.NewTicker(knownWait / 200)
	defer tick.Stop()
	for {
		counts, err := partitionCounts(ctx, client, names)
		if err == nil && !slices.ContainsFunc(names, func(name string) bool { return counts[name] == 0 }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until the broker knows of the new topics: %w", errors.Join(context.Cause(ctx), err))
		case <-tick.C:
		}
	}
}

// Check returns how the topics that are there differ from what they should be,
// in the order of the contract. A missing topic is a difference of its own.
func Check(ctx context.Context, client *kgo.Client, l Layout) ([]Difference, error) {
	existing, err := partitionCounts(ctx, client, l.Names())
	if err != nil {
		return nil, err
	}
	var present []string
	var found []Difference
	groups := make(map[schemas.Group]schemas.Topic)
	for _, t := range schemas.Topics() {
		name := l.Prefix + t.Name
		if existing[name] == 0 {
			found = append(found, Difference{name, "topic", "there", "missing"})
			continue
		}
		present = append(present, name)
		first, seen := groups[t.Group]
		if t.Group == schemas.GroupAlone || !seen {
			groups[t.Group] = t
			continue
		}
		want, have := existing[l.Prefix+first.Name], existing[name]
		if want != have {
			found = append(found, Difference{name, "partitions", fmt.Sprintf("%d, as %s", want, l.Prefix+first.Name), strconv.Itoa(have)})
		}
	}
	settings, err := checkSettings(ctx, kadm.NewClient(client), l, present)
	return append(found, settings...), err
}

func checkSettings(ctx context.Context, admin *kadm.Client, l Layout, present []string) ([]Difference, error) {
	if len(present) == 0 {
		return nil, nil
	}
	configs, err := admin.DescribeTopicConfigs(ctx, present...)
	if err != nil {
		return nil, fmt.Errorf("reading topic settings: %w", err)
	}
	var found []Difference
	for _, t := range schemas.Topics() {
		name := l.Prefix + t.Name
		if !slices.Contains(present, name) {
			continue
		}
		config, err := configs.On(name, nil)
		if err == nil {
			err = config.Err
		}
		if err != nil {
			return nil, fmt.Errorf("reading the settings of topic %s: %w", name, err)
		}
		for _, key := range []string{"cleanup.policy", "retention.ms", "max.message.bytes", "message.timestamp.type", "delete.retention.ms"} {
			want, wanted := l.settings(t)[key]
			if have := valueOf(config, key); wanted && have != want {
				found = append(found, Difference{name, key, want, have})
			}
		}
	}
	return found, nil
}

func valueOf(config kadm.ResourceConfig, key string) string {
	for _, c := range config.Configs {
		if c.Key == key {
			return c.MaybeValue()
		}
	}
	return "not told by the broker"
}
