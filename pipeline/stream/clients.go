package stream

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
)

// clients are the Kafka clients of a process beside those of its workers. A
// broker answers the requests of one connection in turn, so who waits for
// records has a client of its own.
type clients struct {
	asking    *kgo.Client      // about topics and the group
	watching  []*kgo.Client    // broadcast topics, one each
	following *kgo.Client      // changelogs, as a standby
	restoring chan *kgo.Client // changelogs, one restore each
	all       []*kgo.Client
}

func (r *Runtime) openClients() (*clients, error) {
	c := &clients{restoring: make(chan *kgo.Client, r.cfg.MaxRestores)}
	open := func(name string) (*kgo.Client, error) {
		client, err := kgo.NewClient(r.clientOpts(name)...)
		if err != nil {
			c.close()
			return nil, fmt.Errorf("making a Kafka client: %w", err)
		}
		c.all = append(c.all, client)
		return client, nil
	}
	var err error
	if c.asking, err = open("ask"); err != nil {
		return nil, err
	}
	for range r.cfg.Broadcasts {
		client, err := open("broadcast")
		if err != nil {
			return nil, err
		}
		c.watching = append(c.watching, client)
	}
	if c.following, err = open("standby"); err != nil {
		return nil, err
	}
	for range r.cfg.MaxRestores {
		client, err := open("restore")
		if err != nil {
			return nil, err
		}
		c.restoring <- client
	}
	return c, nil
}

func (c *clients) close() {
	for _, client := range c.all {
		client.Close()
	}
}
