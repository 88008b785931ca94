package acls

import (
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
)

// Right lets somebody do something.
type Right struct {
	// Resource is topic, group or transactional-id.
	Resource string `json:"resource"`
	// Name is the resource's in full, or its beginning where Prefixed.
	Name     string `json:"name"`
	Prefixed bool   `json:"prefixed"`
	// Operation is what is allowed, by Kafka's names: Read, Write, Describe ...
	Operation string `json:"operation"`
}

// Resources, as kafka-acls.sh names them.
const (
	topic         = "topic"
	group         = "group"
	transactional = "transactional-id"
)

// Operations, as kafka-acls.sh names them.
const (
	read            = "Read"
	write           = "Write"
	create          = "Create"
	describe        = "Describe"
	describeConfigs = "DescribeConfigs"
)

// Part is a part of Waybill that logs in to Kafka.
type Part struct {
	// Name is the role's (`waybill run --roles`), or one of its own.
	Name string
	// About says what it does.
	About string

	needs needs
}

// needs are what a part does with Kafka; names are without the prefix.
type needs struct {
	reads, writes []string
	group         string // it is a member of
	transactions  string // beginning of its transactional ids
	checks        bool   // it looks whether all topics are there, as they should be
	creates       bool   // it makes topics
}

// Of returns the rights of the part of a name, on topics with a prefix, in a fixed
// order; false where there is no such part.
func Of(name, prefix string) ([]Right, bool) {
	all := Parts()
	i := slices.IndexFunc(all, func(p Part) bool { return p.Name == name })
	if i < 0 {
		return nil, false
	}
	return all[i].needs.rights(prefix), true
}

func (n *needs) rights(prefix string) []Right {
	var all []Right
	add := func(resource, operation string, prefixed bool, names ...string) {
		for _, name := range names {
			all = append(all, Right{Resource: resource, Name: prefix + name, Prefixed: prefixed, Operation: operation})
		}
	}
	add(topic, read, false, n.reads...)
	add(topic, write, false, n.writes...)
	if n.group != "" {
		add(group, read, false, n.group)
	}
	if n.transactions != "" {
		add(transactional, write, true, n.transactions)
	}
	for _, of := range []struct {
		operation string
		needed    bool
	}{{describe, n.checks}, {describeConfigs, n.checks}, {create, n.creates}} {
		switch {
		case !of.needed:
		case prefix != "":
			add(topic, of.operation, true, "")
		default: // without a prefix each topic is named: the Kafka may have others
			add(topic, of.operation, false, topics()...)
		}
	}
	return all
}

// topics are those of the contract.
func topics() []string {
	var names []string
	for _, t := range schemas.Topics() {
		names = append(names, t.Name)
	}
	return names
}

// resourceType is the resource by the protocol's number.
func (r Right) resourceType() kmsg.ACLResourceType {
	return map[string]kmsg.ACLResourceType{
		topic: kmsg.ACLResourceTypeTopic, group: kmsg.ACLResourceTypeGroup, transactional: kmsg.ACLResourceTypeTransactionalId,
	}[r.Resource]
}

// String is as people say it: Read on topic x.
func (r Right) String() string {
	name := r.Name
	if r.Prefixed {
		name += "*"
	}
	return strings.Join([]string{r.Operation, "on", r.Resource, name}, " ")
}
