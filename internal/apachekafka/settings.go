package apachekafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
)

// clusterID is the same for all: clusters are told apart by their ports.
const clusterID = "d2F5YmlsbC1hcGFjaGUta2Fma2E" // any 16 bytes

// properties are a broker's settings. They are those of a small cluster in
// production but for the times, so that faults are noticed in seconds.
func properties(id int, at ports, o *Options) string {
	replicas := min(o.Brokers, 3)
	inSync := max(1, replicas-1)
	voters := make([]string, o.Brokers)
	for i := range voters {
		voters[i] = fmt.Sprintf("%d@%s", i+1, loopback(at.controllers[i]))
	}
	settings := map[string]string{
		"process.roles":                            "broker,controller",
		"node.id":                                  strconv.Itoa(id),
		"controller.quorum.voters":                 strings.Join(voters, ","),
		"controller.listener.names":                "CONTROLLER",
		"auto.create.topics.enable":                "false",
		"default.replication.factor":               strconv.Itoa(replicas),
		"min.insync.replicas":                      strconv.Itoa(inSync),
		"offsets.topic.replication.factor":         strconv.Itoa(replicas),
		"transaction.state.log.replication.factor": strconv.Itoa(replicas),
		"transaction.state.log.min.isr":            strconv.Itoa(inSync),
		// Their default of 50 partitions each takes seconds to make.
		"offsets.topic.num.partitions":         "6",
		"transaction.state.log.num.partitions": "6",
		// Defaults: 3 s, 10 s, 9 s, 2 s.
		"group.initial.rebalance.delay.ms":                            "0",
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
		"broker.session.timeout.ms":                                   "3000",
		"broker.heartbeat.interval.ms":                                "500",
	}
	names, protocols := []string{"PLAINTEXT://" + loopback(at.brokers[id-1]), "CONTROLLER://" + loopback(at.controllers[id-1])}, []string{"PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT"}
	for i, l := range o.Listeners {
		names = append(names, l.Name+"://"+loopback(at.listeners[(id-1)*len(o.Listeners)+i]))
		protocols = append(protocols, l.Name+":"+l.Protocol)
	}
	settings["listeners"], settings["listener.security.protocol.map"] = strings.Join(names, ","), strings.Join(protocols, ",")
	maps.Copy(settings, o.Settings)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s=%s\n", name, settings[name])
	}
	return text.String()
}

// ports are where brokers and controllers listen, by broker.
type ports struct{ brokers, controllers, listeners []int }

// Free ports are taken from below those that systems give to outgoing
// connections, and beside those that package embedded takes.
const (
	firstFreePort = 14000
	lastFreePort  = 20000
	portTries     = 200
)

// choosePorts finds ports that nobody listens on just now, all of them before
// any is used.
func choosePorts(o *Options) (p ports, err error) {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			err = errors.Join(err, l.Close())
		}
	}()
	needed := (2 + len(o.Listeners)) * o.Brokers
	for range portTries {
		if len(held) == needed {
			break
		}
		port := firstFreePort + rand.IntN(lastFreePort-firstFreePort)
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", loopback(port))
		if err != nil {
			continue
		}
		held = append(held, l)
		switch {
		case len(p.controllers) < o.Brokers:
			p.controllers = append(p.controllers, port)
		case len(p.brokers) < o.Brokers:
			p.brokers = append(p.brokers, port)
		default:
			p.listeners = append(p.listeners, port)
		}
	}
	if len(held) < needed {
		return p, errors.New("choosing free ports for Apache Kafka: too few found on 127.0.0.1")
	}
	if o.Port != 0 {
		for i := range p.brokers {
			p.brokers[i] = o.Port + i
		}
	}
	return p, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
