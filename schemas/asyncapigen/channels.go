package main

import (
	"fmt"
	"time"

	"waybill/schemas"
)

type channel struct {
	Address     string         `yaml:"address"`
	Description string         `yaml:"description"`
	Messages    map[string]ref `yaml:"messages"`
	Bindings    bindings       `yaml:"bindings"`
}

type operation struct {
	Action  string `yaml:"action"`
	Channel ref    `yaml:"channel"`
	Summary string `yaml:"summary"`
}

// bindings are what is special to Kafka.
type bindings struct {
	Kafka map[string]any `yaml:"kafka"`
}

const bindingVersion = "0.5.0"

// party is who writes a topic and who reads it. Waybill's operations are
// written from its side: it receives what others may send.
type party struct{ sends, receives string }

// parties are those of each topic that is part of the contract.
func parties() map[string]party {
	return map[string]party{
		schemas.TopicRegistrations:    {"The HTTP API, and `waybill register`, ask for parcels to be followed.", "Producers ask for parcels to be followed."},
		schemas.TopicCarrierEvents:    {"Connectors pass on what carriers say.", "Connectors and producers tell what carriers say."},
		schemas.TopicTrackingEvents:   {"Tracking tells the events of shipments, for whoever may read them.", "The ClickHouse sink reads them."},
		schemas.TopicDecisions:        {"Tracking tells what became of each raw event, for whoever may read it.", "The ClickHouse sink reads them."},
		schemas.TopicShipments:        {"Tracking tells how shipments now stand, for whoever may read it.", "The ClickHouse sink reads them."},
		schemas.TopicEndpointCommands: {"The HTTP API, and `waybill endpoints`, change endpoints.", "The endpoints job carries commands out."},
		schemas.TopicEndpointSignals:  {"Delivery sums up what it saw of endpoints.", "The endpoints job judges their health by it."},
		schemas.TopicEndpointEvents:   {"The endpoints job tells what became of endpoints, for whoever may read it.", "The ClickHouse sink and `waybill endpoints events` read them."},
		schemas.TopicWebhookEndpoints: {"The endpoints job alone says how endpoints stand.", "Every instance reads them whole."},
		schemas.TopicWebhookJobs:      {"Tracking, redelivery and tests ask for webhooks.", "Delivery sends them."},
		schemas.TopicWebhookAttempts:  {"Delivery tells of each attempt, for whoever may read it.", "The ClickHouse sink reads them."},
		schemas.TopicBaselines:        {"`waybill baselines` tells what is usual.", "Tracking reads them whole."},
		schemas.TopicUsage:            {"Tracking counts registrations, for whoever may read it.", "The quotas job and the ClickHouse sink read them."},
		schemas.TopicQuotas:           {"The quotas job tells whose quota is used up.", "Tracking reads them whole."},
		schemas.TopicPollRequests:     {"Tracking asks for parcels to be polled.", "The poller asks the carriers."},
		schemas.TopicAudit:            {"The HTTP API, and commands that change something, tell who did what, for whoever may read it.", "The ClickHouse sink reads them."},
		schemas.TopicDeadLetters:      {"Whoever cannot read a record puts it here.", "`waybill dead-letters` lists them and sends them again."},
	}
}

// add puts a topic, with its messages and both directions, into the document.
func (d *document) add(t schemas.Topic, message string) {
	here := ref{"#/channels/" + t.Name}
	d.Channels[t.Name] = channel{
		Address: t.Name, Description: aboutTopic(t),
		Messages: map[string]ref{message: {"#/components/messages/" + message}},
		Bindings: bindings{map[string]any{"topic": t.Name, "topicConfiguration": topicConfiguration(t), "bindingVersion": bindingVersion}},
	}
	who := parties()[t.Name]
	d.Operations["send-"+t.Name] = operation{"send", here, who.sends}
	d.Operations["receive-"+t.Name] = operation{"receive", here, who.receives}
}

func aboutTopic(t schemas.Topic) string {
	about := "How many partitions it has is set when it is made."
	if t.Group != schemas.GroupAlone {
		about = fmt.Sprintf("It has as many partitions as the other topics of %s.", t.Group)
	}
	if t.ForOthers {
		about += " With --registry-framing its values are in Confluent framing."
	}
	if t.Input {
		about += " Its records bear the time of their arrival (message.timestamp.type LogAppendTime)."
	}
	return about
}

func topicConfiguration(t schemas.Topic) map[string]any {
	policy := []string{"delete"}
	if t.Compacted {
		policy = []string{"compact"}
		if t.Retention > 0 {
			policy = append(policy, "delete")
		}
	}
	made := map[string]any{"cleanup.policy": policy, "retention.ms": int64(-1), "max.message.bytes": t.MaxBytes}
	if t.Retention > 0 {
		made["retention.ms"] = int64(t.Retention / time.Millisecond)
	}
	if t.Compacted {
		made["delete.retention.ms"] = int64(schemas.TombstoneRetention / time.Millisecond)
	}
	return made
}
