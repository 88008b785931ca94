package apachekafka_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"waybill/internal/apachekafka"
	"waybill/internal/apachekafka/kafkatest"
)

// orphanEnv makes the test binary start a broker in the folder that it names,
// print its address, and wait to be killed.
const orphanEnv = "WAYBILL_TEST_ORPHAN_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(orphanEnv); dir != "" {
		abandon(dir)
	}
	goleak.VerifyTestMain(m)
}

func abandon(dir string) {
	c, err := apachekafka.Start(context.Background(), apachekafka.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(c.Addrs()[0] + "\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// What is acknowledged by three brokers outlives the kill of any two, one after
// the other.
func TestBrokersAreKilledAndComeBack(t *testing.T) {
	c := kafkatest.Start(t, 3)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Addrs()...), kgo.DefaultProduceTopic("t"), kgo.ConsumeTopics("t"))
	require.NoError(t, err)
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(t.Context(), 1, -1, nil, "t")
	require.NoError(t, err)
	for _, id := range c.IDs()[:2] {
		require.NoError(t, client.ProduceSync(t.Context(), kgo.StringRecord("before")).FirstErr())
		require.NoError(t, c.Kill(id))
		require.Error(t, dial(t, c.Addrs()[id-1]))
		require.NoError(t, client.ProduceSync(t.Context(), kgo.StringRecord("meanwhile")).FirstErr())
		require.NoError(t, c.Revive(t.Context(), id))
	}
	var values []string
	for len(values) < 4 {
		fetches := client.PollFetches(t.Context())
		require.NoError(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	require.Equal(t, []string{"before", "meanwhile", "before", "meanwhile"}, values)
}

// A process that is killed leaves no broker behind.
func TestNoOrphan(t *testing.T) {
	kafkatest.Start(t, 1) // skips where there is none
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), orphanEnv+"="+t.TempDir())
	stdin, err := command.StdinPipe() // it waits until this ends
	require.NoError(t, err)
	defer stdin.Close()
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	address := strings.TrimSpace(line)
	require.NoError(t, dial(t, address))
	require.NoError(t, command.Process.Kill())
	_ = command.Wait()
	require.Eventually(t, func() bool { return dial(t, address) != nil }, 5*time.Minute, 10*time.Millisecond)
}

func dial(t *testing.T, address string) error {
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err == nil {
		conn.Close()
	}
	return err
}
