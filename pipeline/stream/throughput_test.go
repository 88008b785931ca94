package stream

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/store"
)

// counting is the trivial job of the figures: it counts the records of a key
// and tells the count.
type counting struct{}

type count struct{ n uint64 }

func (counting) Decode(r job.Record) (string, any, error) { return string(r.Key), nil, nil }

func (counting) Process(c *job.Call, _ job.Input) error {
	s, _ := c.State.(*count)
	if s == nil {
		s = &count{}
	}
	s.n++
	c.Emit(job.Output{Topic: "out", Key: c.Key, Value: binary.BigEndian.AppendUint64(nil, s.n)})
	c.Put(s, time.Time{})
	return nil
}

func (counting) Wake(*job.Call) error          { return nil }
func (counting) Complete(*job.Call, any) error { return nil }

func (counting) EncodeState(dst []byte, state any) ([]byte, error) {
	return binary.BigEndian.AppendUint64(dst, state.(*count).n), nil
}

func (counting) DecodeState(data []byte) (any, error) {
	return &count{binary.BigEndian.Uint64(data)}, nil
}

const (
	throughputPartitions = 8
	throughputKeys       = 1_000_000
	throughputWarm       = 2_000_000 // records before the measurement begins
	recordSize           = 200       // of an input's key and value
)

// brokerCommand, in the environment, makes this binary a broker until its
// standard input ends.
const brokerCommand = "STREAM_TEST_BROKER"

// serveBroker is the child's part: it writes its address.
func serveBroker() error {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(throughputPartitions, "first", "out", "dead", "state"))
	if err != nil {
		return err
	}
	defer fake.Close()
	fmt.Println(fake.ListenAddrs()[0])
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// brokerProcess starts a broker whose processor time and allocations are not
// those of this process.
func brokerProcess(b *testing.B) string {
	b.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), brokerCommand+"=1")
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	require.NoError(b, err)
	stdout, err := command.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, command.Start())
	b.Cleanup(func() {
		require.NoError(b, stdin.Close())
		require.NoError(b, command.Wait())
	})
	address, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(b, err)
	return strings.TrimSpace(address)
}

// BenchmarkThroughput is the whole runtime with a trivial job, beside clients
// that pass on as many bytes in transactions with no work between. Allocations
// and processor time are those of this process, without the broker.
func BenchmarkThroughput(b *testing.B) {
	b.Run("state=memory", func(b *testing.B) { throughput(b, startCounting) })
	b.Run("state=pebble", func(b *testing.B) {
		throughput(b, func(b *testing.B, address string) (func() int64, func()) {
			db, err := store.OpenPebble(b.TempDir(), store.PebbleOptions{})
			require.NoError(b, err)
			b.Cleanup(func() { require.NoError(b, db.Close()) })
			return startCountingOn(b, address, db)
		})
	})
	b.Run("limit", func(b *testing.B) { throughput(b, passOn) })
}

// contestant starts to work through the input, and returns how many records it
// has handled and how to end it.
type contestant func(b *testing.B, address string) (handled func() int64, stop func())

func throughput(b *testing.B, start contestant) {
	address := brokerProcess(b)
	load(b, address)
	handled, stop := start(b, address)
	defer stop()
	await := func(n int) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for handled() < int64(n) {
			<-tick.C
		}
	}
	await(throughputWarm)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := processorTime(b)
	b.ResetTimer()
	await(throughputWarm + b.N)
	b.StopTimer()
	runtime.ReadMemStats(&after)
	n := float64(b.N)
	b.ReportMetric(float64(processorTime(b)-began)/n/1e3, "cpu-µs/record")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/record")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/record")
	b.ReportMetric(n/b.Elapsed().Seconds(), "records/s")
}

// load writes the records to be measured and, before, those that warm up.
func load(b *testing.B, address string) {
	client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.DefaultProduceTopic("first"), kgo.RecordPartitioner(kgo.BasicConsistentPartitioner(place)))
	require.NoError(b, err)
	defer client.Close()
	random := rand.New(rand.NewPCG(1, 2))
	for range throughputWarm + b.N {
		key := fmt.Appendf(nil, "carrier:%08d", random.IntN(throughputKeys))
		client.Produce(context.Background(), &kgo.Record{Key: key, Value: make([]byte, recordSize-len(key)), Partition: -1}, nil)
	}
	require.NoError(b, client.Flush(context.Background()))
}

func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func startCounting(b *testing.B, address string) (handled func() int64, stop func()) {
	return startCountingOn(b, address, store.NewMemoryDatabase())
}

func startCountingOn(b *testing.B, address string, state store.Database) (handled func() int64, stop func()) {
	r, err := New(Config{
		App: "counting", Instance: "one", Brokers: []string{address},
		Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead", State: state,
	}, counting{})
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	handled = func() (n int64) {
		for _, t := range r.Progress() {
			n += t.Inputs[0].Position
		}
		return n
	}
	return handled, func() {
		cancel()
		require.NoError(b, <-done)
	}
}
