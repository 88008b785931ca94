package acls

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"waybill/internal/apachekafka"
	"waybill/internal/apachekafka/kafkatest"
)

// neededPrefix stands before the topics of the test.
const neededPrefix = "needed."

// told bounds how long a broker takes to hear of a change of rights.
const told = 20 * time.Second

// Each right is taken away by itself, and then what it is for is refused; given
// back, it is done again. So no right stands for another.
// TestSecuredKafka in cmd/waybill shows that they are enough.
func TestEachRightIsNeeded(t *testing.T) {
	admin, users := startKafka(t)
	for _, n := range topics() {
		_, err := kadm.NewClient(admin).CreateTopic(t.Context(), 1, 1, nil, neededPrefix+n)
		require.NoError(t, err)
	}
	for _, p := range Parts() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			principal, client := "User:"+p.Name, users(t, p.Name)
			rights, ok := Of(p.Name, neededPrefix)
			require.True(t, ok)
			require.NoError(t, Grant(t.Context(), admin, rights, principal))
			for _, r := range rights {
				awaitRight(t, client, rights, r, true)
				require.NoError(t, revoke(t.Context(), admin, r, principal))
				awaitRight(t, client, rights, r, false)
				require.NoError(t, Grant(t.Context(), admin, []Right{r}, principal))
				awaitRight(t, client, rights, r, true)
			}
		})
	}
}

// startKafka starts one where each part is a user without any right, and returns
// a client of the administrator and a maker of theirs.
func startKafka(t *testing.T) (admin *kgo.Client, user func(t *testing.T, name string) *kgo.Client) {
	t.Helper()
	jaas := "org.apache.kafka.common.security.plain.PlainLoginModule required"
	for _, p := range Parts() {
		jaas += fmt.Sprintf(" user_%s=%q", p.Name, p.Name)
	}
	c := kafkatest.StartWith(t, apachekafka.Options{
		Listeners: []apachekafka.Listener{{Name: "LOGIN", Protocol: "SASL_PLAINTEXT"}},
		Settings: map[string]string{
			"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users": "User:ANONYMOUS",
			"sasl.enabled.mechanisms": "PLAIN", "listener.name.login.plain.sasl.jaas.config": jaas + ";",
		},
	})
	open := func(t *testing.T, opts ...kgo.Opt) *kgo.Client {
		client, err := kgo.NewClient(append(opts, kgo.DisableClientMetrics())...)
		require.NoError(t, err)
		t.Cleanup(client.Close)
		return client
	}
	return open(t, kgo.SeedBrokers(c.Addrs()...)), func(t *testing.T, name string) *kgo.Client {
		return open(t, kgo.SeedBrokers(c.Listener("LOGIN")...), kgo.SASL(plain.Auth{User: name, Pass: name}.AsMechanism()),
			kgo.DisableIdempotentWrite(), kgo.RequiredAcks(kgo.LeaderAck()), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(10*time.Millisecond),
			kgo.MaxVersions(kversion.V2_8_0())) // which asks for records by the topic's name
	}
}

// awaitRight waits until the client may, or may not.
func awaitRight(t *testing.T, client *kgo.Client, all []Right, r Right, may bool) {
	t.Helper()
	var err error
	require.Eventually(t, func() bool {
		err = use(t.Context(), client, all, r)
		return refused(err) != may
	}, told, 5*time.Millisecond, "%s: may %t", r, may)
	if err != nil && !refused(err) {
		require.True(t, slices.ContainsFunc([]error{kerr.UnknownMemberID, kerr.TopicAlreadyExists, kerr.CoordinatorNotAvailable, kerr.NotCoordinator, kerr.CoordinatorLoadInProgress},
			func(harmless error) bool { return errors.Is(err, harmless) }), "%s: %v", r, err)
	}
}

func refused(err error) bool {
	return errors.Is(err, kerr.TopicAuthorizationFailed) || errors.Is(err, kerr.GroupAuthorizationFailed) || errors.Is(err, kerr.TransactionalIDAuthorizationFailed)
}

// use does what a right is for.
func use(ctx context.Context, client *kgo.Client, all []Right, r Right) error {
	switch r.Resource + " " + r.Operation {
	case "topic Read":
		return fetch(ctx, client, r.Name)
	case "topic Write":
		return client.ProduceSync(ctx, &kgo.Record{Topic: r.Name, Value: []byte("x")}).FirstErr()
	case "topic Create":
		_, err := kadm.NewClient(client).CreateTopic(ctx, 1, 1, nil, neededPrefix+"registrations")
		return err
	case "topic Describe":
		req := kmsg.NewPtrMetadataRequest()
		req.Topics = []kmsg.MetadataRequestTopic{{Topic: new(another(all))}}
		answer, err := req.RequestWith(ctx, client)
		if err != nil {
			return err
		}
		return kerr.ErrorForCode(answer.Topics[0].ErrorCode)
	case "topic DescribeConfigs":
		configs, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, neededPrefix+"registrations")
		if err != nil {
			return err
		}
		return configs[0].Err
	case "group Read":
		req := kmsg.NewPtrHeartbeatRequest()
		req.Group, req.MemberID = r.Name, "nobody"
		answer, err := req.RequestWith(ctx, client)
		if err != nil {
			return err
		}
		return kerr.ErrorForCode(answer.ErrorCode)
	case "transactional-id Write":
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID, req.TransactionTimeoutMillis, req.ProducerID, req.ProducerEpoch = new(r.Name+"x"), 10_000, -1, -1
		answer, err := req.RequestWith(ctx, client)
		if err != nil {
			return err
		}
		return kerr.ErrorForCode(answer.ErrorCode)
	}
	return fmt.Errorf("nothing is known that needs %s", r)
}

// another is a topic on which there is no right of its own, which would let it
// be described too.
func another(all []Right) string {
	for _, name := range topics() {
		if !slices.ContainsFunc(all, func(r Right) bool { return r.Name == neededPrefix+name }) {
			return neededPrefix + name
		}
	}
	return neededPrefix
}

func fetch(ctx context.Context, client *kgo.Client, topic string) error {
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes, req.MaxWaitMillis, req.ReplicaID = 1<<10, 0, -1
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.PartitionMaxBytes = 1 << 10
	req.Topics = []kmsg.FetchRequestTopic{{Topic: topic, Partitions: []kmsg.FetchRequestTopicPartition{partition}}}
	answer, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode)
}

// revoke takes one right away.
func revoke(ctx context.Context, admin *kgo.Client, r Right, principal string) error {
	req := kmsg.NewPtrDeleteACLsRequest()
	req.Filters = []kmsg.DeleteACLsRequestFilter{{
		ResourceType: r.resourceType(), ResourceName: &r.Name, ResourcePatternType: r.pattern(),
		Principal: &principal, Operation: r.operation(), PermissionType: kmsg.ACLPermissionTypeAllow,
	}}
	answer, err := req.RequestWith(ctx, admin)
	if err != nil {
		return err
	}
	if n := len(answer.Results[0].MatchingACLs); n != 1 {
		return fmt.Errorf("taking %s away took %d", r, n)
	}
	return nil
}

func TestCommandsNameEachRightOnce(t *testing.T) {
	for _, prefix := range []string{"", "prod."} {
		for _, p := range Parts() {
			rights, _ := Of(p.Name, prefix)
			require.NotEmpty(t, rights, p.Name)
			names := 0
			for _, line := range Commands(rights, "User:it's") {
				require.Contains(t, line, `--allow-principal 'User:it'\''s'`)
				names += strings.Count(line, " --topic '") + strings.Count(line, " --group '") + strings.Count(line, " --transactional-id '")
			}
			require.Equal(t, len(rights), names, p.Name)
			for _, r := range rights {
				require.NotEqual(t, kmsg.ACLOperationUnknown, r.operation(), r.String())
				require.NotZero(t, r.resourceType(), r.String())
				require.NotEmpty(t, r.Name, "Kafka has no right on everything that begins with nothing")
			}
		}
	}
}
