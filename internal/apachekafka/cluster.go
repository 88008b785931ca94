package apachekafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/sync/errgroup"
)

const (
	// readyWait is how long a cluster may take to be ready; it takes 5 s for
	// three brokers on a quiet machine.
	readyWait = 2 * time.Minute
	// look is the time between two looks whether a broker has come.
	look = 100 * time.Millisecond
)

// Options say what to run.
type Options struct {
	// Brokers is how many. Topics have as many replicas as there are brokers, at
	// most three, of which two must be in sync where there are three. Default 1.
	Brokers int
	// Dir is the folder for what brokers write: brokers remove their own part of
	// it when the cluster starts. Required.
	Dir string
	// Port is the first broker's port, the next one has the next. 0: free ones.
	Port int
	// Listeners are more ways into each broker than the one without TLS and login.
	Listeners []Listener
	// Settings are added to each broker's server.properties.
	Settings map[string]string
	// Loud are loggers of the brokers that say all that they have to.
	Loud []string
	// Measured is for brokers that something is measured on: they run as Kafka's
	// own scripts start them.
	Measured bool
}

// Listener is a way into a broker.
type Listener struct {
	// Name is what settings call it (listener.name.<name>...), in capitals here.
	Name string
	// Protocol is SSL, SASL_SSL or SASL_PLAINTEXT.
	Protocol string
}

// Cluster is a running Apache Kafka.
type Cluster struct {
	brokers   []*broker
	listeners map[string][]string
}

// Start starts a cluster and waits until it is ready. The error is
// ErrUnavailable when the machine cannot run one.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	o.Brokers = max(1, o.Brokers)
	java, err := Java()
	if err != nil {
		return nil, err
	}
	jars, err := Jars()
	if err != nil {
		return nil, err
	}
	ports, err := choosePorts(&o)
	if err != nil {
		return nil, err
	}
	c := &Cluster{listeners: make(map[string][]string)}
	for i := range o.Brokers {
		c.brokers = append(c.brokers, &broker{
			id: i + 1, port: ports.brokers[i], java: java, classes: filepath.Join(jars, "*"),
			dir: filepath.Join(o.Dir, fmt.Sprintf("broker-%d", i+1)), properties: properties(i+1, ports, &o), loud: o.Loud, measured: o.Measured,
		})
		for j, l := range o.Listeners {
			c.listeners[l.Name] = append(c.listeners[l.Name], loopback(ports.listeners[i*len(o.Listeners)+j]))
		}
	}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	g, formatting := errgroup.WithContext(ctx)
	for _, b := range c.brokers {
		g.Go(func() error { return b.format(formatting) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, b := range c.brokers {
		if err := b.start(); err != nil {
			return err
		}
	}
	return c.await(ctx)
}

// await waits until every broker that runs is in the cluster.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Addrs()...))
	if err != nil {
		return fmt.Errorf("making a Kafka client: %w", err)
	}
	defer client.Close()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		missing, err := c.missing(ctx, client)
		if missing == nil && err == nil {
			return nil
		}
		if missing != nil && !missing.running() {
			return fmt.Errorf("starting Apache Kafka: broker %d ended; the last of %s:\n%s", missing.id, missing.logFile(), missing.lastWords())
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for Apache Kafka to be ready, see the logs in %s: %w", filepath.Dir(c.brokers[0].dir), errors.Join(ctx.Err(), err))
		case <-ticker.C:
		}
	}
}

// missing returns a broker that was started and is not in the cluster. It asks
// by itself: the client's own list of brokers may be an old one.
func (c *Cluster) missing(ctx context.Context, client *kgo.Client) (*broker, error) {
	asking, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request := kmsg.NewPtrMetadataRequest()
	request.Topics = []kmsg.MetadataRequestTopic{} // none
	response, err := request.RequestWith(asking, client)
	present := map[int32]bool{}
	if err == nil {
		for _, b := range response.Brokers {
			present[b.NodeID] = true
		}
	}
	for _, b := range c.brokers {
		if b.started() && !present[int32(b.id)] {
			return b, err
		}
	}
	return nil, err
}

// Addrs returns host:port of each broker, running or not.
func (c *Cluster) Addrs() []string {
	addrs := make([]string, len(c.brokers))
	for i, b := range c.brokers {
		addrs[i] = loopback(b.port)
	}
	return addrs
}

// Listener returns host:port of each broker's listener of a name.
func (c *Cluster) Listener(name string) []string { return c.listeners[name] }

// IDs returns the brokers' node ids: 1, 2, ...
func (c *Cluster) IDs() []int32 {
	ids := make([]int32, len(c.brokers))
	for i, b := range c.brokers {
		ids[i] = int32(b.id)
	}
	return ids
}

// Kill ends brokers as kill -9 does, and waits until they have ended.
func (c *Cluster) Kill(ids ...int32) error {
	for _, id := range ids {
		if err := c.brokers[id-1].kill(); err != nil {
			return err
		}
	}
	return nil
}

// Revive starts those of the brokers that do not run, with what they had
// written, and waits until all that run are in the cluster.
func (c *Cluster) Revive(ctx context.Context, ids ...int32) error {
	for _, id := range ids {
		if b := c.brokers[id-1]; !b.running() {
			if err := b.start(); err != nil {
				return err
			}
		}
	}
	return c.await(ctx)
}

// Close ends all brokers. What they have written stays.
func (c *Cluster) Close() error {
	return c.Kill(c.IDs()...)
}

// Logs returns the ends of the brokers' logs.
func (c *Cluster) Logs() string {
	var text []byte
	for _, b := range c.brokers {
		text = fmt.Appendf(text, "--- broker %d\n%s\n", b.id, b.lastWords())
	}
	return string(text)
}

// Log returns all that the brokers have said.
func (c *Cluster) Log() (string, error) {
	var all []byte
	for _, b := range c.brokers {
		text, err := os.ReadFile(b.logFile())
		if err != nil {
			return "", fmt.Errorf("reading the log of broker %d: %w", b.id, err)
		}
		all = append(all, text...)
	}
	return string(all), nil
}

// clean removes what a former cluster left in a broker's folder.
func (b *broker) clean() error {
	if err := os.RemoveAll(b.dir); err != nil {
		return fmt.Errorf("removing what was in %s: %w", b.dir, err)
	}
	if err := os.MkdirAll(b.dir, 0o750); err != nil {
		return fmt.Errorf("making a broker's folder: %w", err)
	}
	return nil
}
