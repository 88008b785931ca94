package peers

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"waybill/bench/deployed"
	"waybill/bench/peers/subset"
	"waybill/bench/rig"
	"waybill/bench/tracking"
	"waybill/internal/roles"
	"waybill/schemas"
)

// contender is who takes part.
type contender struct {
	name      string
	short     string   // for prefixes
	group     string   // behind the prefix
	inputs    []string // the last has the raw events
	topics    []string // that it has beside those of every deployment
	changelog string   // as it is called behind the prefix; empty where state is kept in files alone
	endpoint  string
	peer      *peer // nil for ours
	whole     bool  // it does all of tracking, not the subset
	warms     bool  // it works a first load off, on topics of its own
	start     func(context.Context, *scene) (*rig.Process, error)
}

// outputs are the topics that it writes; the first has what came of raw events.
func (c *contender) outputs() []string {
	if !c.whole {
		topics := []string{subset.TopicEvents, subset.TopicJobs, schemas.TopicDeadLetters}
		if c.changelog != "" {
			topics = append(topics, c.changelog)
		}
		return topics
	}
	return []string{
		schemas.TopicTrackingEvents, schemas.TopicWebhookJobs, schemas.TopicDecisions, schemas.TopicShipments, schemas.TopicUsage,
		c.changelog, schemas.TopicRerouted, schemas.TopicDeadLetters,
	}
}

// whole is our role tracking, with all that it does.
func (b *bench) whole() *contender {
	return &contender{
		name: "Waybill, the role tracking whole", short: "whole", group: roles.Tracking, inputs: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents}, changelog: schemas.TopicTrackingState, endpoint: tracking.Endpoint().EndpointID, whole: true,
		start: func(ctx context.Context, s *scene) (*rig.Process, error) {
			return rig.Start(ctx, deployed.Kind, "", &deployed.Order{
				Brokers: s.Addrs(), Prefix: s.prefix, Roles: []string{roles.Tracking}, Clock: "log", Hold: b.PeerHold, State: filepath.Join(s.dir, "state"),
			})
		},
	}
}

// subset is the subset as a job on our runtime.
func (b *bench) subset() *contender {
	return &contender{
		name: "Waybill, the subset", short: "subset", group: subsetApp, inputs: []string{subset.TopicInputs}, changelog: subset.TopicChangelog, endpoint: tracking.Endpoint().EndpointID,
		topics: []string{subset.TopicInputs, subset.TopicEvents, subset.TopicJobs, subset.TopicChangelog},
		start: func(ctx context.Context, s *scene) (*rig.Process, error) {
			return rig.Start(ctx, SubsetKind, "", &SubsetOrder{
				Brokers: s.Addrs(), Prefix: s.prefix, Dir: filepath.Join(s.dir, "state"), Hold: b.PeerHold, CommitInterval: b.settings.Pipeline.CommitInterval,
			})
		},
	}
}

// on is the subset on a peer, which commits at an interval.
func (b *bench) on(p *peer, commit time.Duration) *contender {
	topics := []string{subset.TopicInputs, subset.TopicEvents, subset.TopicJobs}
	if p.changelog != "" {
		topics = append(topics, p.changelog) // it finds its own there
	}
	return &contender{
		peer: p, warms: true, name: fmt.Sprintf("%s, the subset, %s each %s", p.name, p.commits, commit), short: p.group + "-" + commit.String(),
		group: p.group, inputs: []string{subset.TopicInputs}, changelog: p.changelog, endpoint: tracking.Endpoint().EndpointID, topics: topics,
		start: func(ctx context.Context, s *scene) (*rig.Process, error) {
			model, err := b.modelFile(s.dir)
			if err != nil {
				return nil, err
			}
			endpoint := tracking.Endpoint()
			return rig.StartProgram(ctx, b.java.program, append(p.arguments(),
				"brokers="+strings.Join(s.Addrs(), ","), "prefix="+s.prefix, "warm-prefix="+s.warmPrefix(),
				fmt.Sprintf("threads=%d", b.workers()), fmt.Sprintf("partitions=%d", s.partitions),
				fmt.Sprintf("hold-ms=%d", b.PeerHold.Milliseconds()), fmt.Sprintf("commit-interval-ms=%d", commit.Milliseconds()),
				fmt.Sprintf("cache-bytes=%d", cacheBytes), "compression="+compression, "state-dir="+filepath.Join(s.dir, "state"), "model="+model,
				"endpoint="+endpoint.EndpointID, "chosen="+strings.Join(endpoint.Statuses, ","),
				fmt.Sprintf("registration-header=%x", b.headers.Registration), fmt.Sprintf("event-header=%x", b.headers.CarrierEvent),
			)...)
		},
	}
}

const (
	// cacheBytes is what the runtime keeps decoded values in by default, and what
	// a peer may keep written ones in.
	cacheBytes = 256 << 20
	// compression is that of our client.
	compression = "snappy"
)
