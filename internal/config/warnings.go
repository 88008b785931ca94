package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Warnings says what is allowed but seldom meant.
func (s *Settings) Warnings() []string {
	var found []string
	if s.Pipeline.ReorderHold > time.Minute {
		found = append(found, "--reorder-hold is over a minute: every webhook waits that long")
	}
	if s.Kafka.Fsync && len(s.Kafka.Brokers) > 0 {
		found = append(found, "--kafka-fsync concerns the embedded Kafka only, and --kafka-brokers is set")
	}
	if s.Kafka.SASL == "plain" && !s.Kafka.TLS {
		found = append(found, "--kafka-sasl plain without --kafka-tls: who listens on the network reads the password")
	}
	if s.ClickHouse.MaxMemory > 0 && len(s.ClickHouse.Addr) > 0 {
		found = append(found, "--clickhouse-max-memory concerns the embedded ClickHouse only, and --clickhouse-addr is set")
	}
	if openToAll(s.SecretKeysFile()) {
		found = append(found, "the keys in "+s.SecretKeysFile()+" can be read by everybody on this machine")
	}
	found = append(found, s.from.warnings()...)
	if s.Registry.insecure() {
		found = append(found, "--registry-url has http://: who listens on the network reads the password of the schema registry")
	}
	for _, network := range s.Webhook.Allow {
		if network.Bits() == 0 {
			found = append(found, "--webhook-allow "+network.String()+" opens every private network to webhooks")
		}
	}
	return append(found, s.HTTP.warnings()...)
}

// warnings says which secrets lie open, and which variables are read by nothing.
func (s *sources) warnings() []string {
	var found []string
	for _, flag := range s.model.Flags {
		named := s.secrets[flag]
		if named != nil && named.Target.String() != "" && openToAll(named.Target.String()) {
			found = append(found, "the secret in "+named.Target.String()+" can be read by everybody on this machine; 'chmod o-r' mends it")
		}
	}
	known := s.variables()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, environment) && !slices.Contains(known, name) {
			found = append(found, fmt.Sprintf("the variable %s is read by no setting; did you mean %s?", name, nearest(name, known)))
		}
	}
	return found
}

// variables are those of the environment that the settings, the commands and
// the rest of the program read.
func (s *sources) variables() []string {
	known := slices.Clone(s.others)
	nodes := []*kong.Node{s.model.Node}
	for i := 0; i < len(nodes); i++ {
		nodes = append(nodes, nodes[i].Children...)
		for _, value := range nodes[i].Values() {
			known = append(known, value.Tag.Envs...)
		}
	}
	return known
}
