package roles

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/connectors/polling"
	"waybill/internal/accounts"
	"waybill/internal/config"
	"waybill/internal/kafkaclient"
	"waybill/internal/knowledge"
	"waybill/pipeline/delivery"
	"waybill/pipeline/delivery/schedule"
	"waybill/pipeline/quotas"
	"waybill/pipeline/stream"
	"waybill/pipeline/tracking"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// Names of the roles: the consumer groups, without the prefix.
const (
	Tracking   = "tracking"
	Endpoints  = "endpoints"
	Delivery   = "delivery"
	ClickHouse = "clickhouse"
	Quotas     = "quotas"
)

// parts is what every role is made of.
type parts struct {
	settings   *config.Settings
	codecs     *schemas.Codecs
	knows      *knowledge.Knowledge
	log        *slog.Logger
	registerer prometheus.Registerer
	instance   string
	quotas     *quotas.Limits // nil: there are none
	states     *states
	census     *census
	accounts   *accounts.Live
	asked      *polling.Directory // by the accounts, as they were at the start
}

// stream is the configuration that all jobs share.
func (p *parts) stream(app string, inputs []string, changelog string) (stream.Config, error) {
	state, err := p.states.of(app)
	var endpoints *schemas.EndpointTable // the newest, of which the next is made
	return stream.Config{
		State: state, CacheBytes: p.states.cacheBytes(app),
		App: app, Instance: p.instance, Workers: p.settings.Pipeline.WorkerCount(),
		Brokers: p.settings.Kafka.Addrs(), ClientOpts: kafkaclient.Secure(p.settings.Kafka, p.log), Prefix: p.settings.Kafka.Prefix,
		Inputs: inputs, Changelog: changelog, DeadLetters: schemas.TopicDeadLetters,
		Clock: stream.Live, CommitInterval: p.settings.Pipeline.CommitInterval,
		Broadcasts: []stream.Broadcast{{
			Topic: schemas.TopicWebhookEndpoints,
			Build: func(entries map[string][]byte) (any, error) {
				next, err := endpoints.Renewed(p.codecs.WebhookEndpoint, entries)
				if err == nil {
					endpoints = next
				}
				return next, err
			},
		}},
		Logger:     p.log,
		Registerer: p.registerer,

		StandbyReplicas: p.settings.Pipeline.StandbyReplicas,
		LeaveOnShutdown: p.settings.Pipeline.LeaveOnShutdown,
	}, err
}

func (p *parts) tracking() (*stream.Runtime, error) {
	dialects, err := body.NewDialects(p.knows.Maps)
	if err != nil {
		return nil, err
	}
	c := tracking.Config{
		Codecs: p.codecs, Model: p.knows.Model, Maps: p.knows.Maps, Dialects: dialects,
		Carriers: askedCarriers{p.knows.Carriers, p.asked.Carriers()}, Accounts: p.asked,
		ReorderHold: p.settings.Pipeline.ReorderHold, OrphanHold: p.settings.Pipeline.OrphanHold,
		StalledAfter: p.settings.Pipeline.StalledAfter, AtRiskChance: p.settings.Pipeline.AtRiskChance,
		Polls:        p.settings.Pipeline.Polls(),
		PollInterval: p.settings.Pipeline.PollInterval, PollDelivering: p.settings.Pipeline.PollDelivering,
		KnownCarriers: p.settings.Pipeline.KnownCarriers, Operators: p.settings.Pipeline.Operators,
		Replay: p.settings.Pipeline.Clock == "log",
	}
	if p.quotas != nil {
		c.Quotas = p.quotas
	}
	if c.Decided, err = countDecisions(p.registerer); err != nil {
		return nil, err
	}
	j, err := tracking.NewJob(c)
	if err != nil {
		return nil, err
	}
	cfg, err := p.stream(Tracking, []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents}, schemas.TopicTrackingState)
	if err != nil {
		return nil, err
	}
	cfg.Rerouted = schemas.TopicRerouted
	cfg.Broadcasts = append(cfg.Broadcasts, stream.Broadcast{
		Topic: schemas.TopicQuotas,
		Build: func(entries map[string][]byte) (any, error) { return schemas.NewQuotaTable(p.codecs.Quota, entries) },
	})
	cfg.Broadcasts = append(cfg.Broadcasts, stream.Broadcast{
		Topic: schemas.TopicBaselines,
		Build: func(entries map[string][]byte) (any, error) {
			return schemas.NewBaselineTable(p.codecs.Baseline, entries), nil
		},
	})
	if p.settings.Pipeline.Clock == "log" {
		cfg.Clock = stream.Log
	}
	return stream.New(cfg, j)
}

func (p *parts) quotaJob() (*stream.Runtime, error) {
	j, err := quotas.NewJob(p.codecs, p.quotas)
	if err != nil {
		return nil, err
	}
	cfg, err := p.stream(Quotas, []string{schemas.TopicUsage}, schemas.TopicQuotaState)
	if err != nil {
		return nil, err
	}
	cfg.Broadcasts = nil
	return stream.New(cfg, j)
}

func (p *parts) delivery(perform func(ctx context.Context, request any) any, crowded func() bool) (*stream.Runtime, error) {
	settings := p.settings.Webhook
	named, ok := schedule.ByName(settings.Schedule)
	if !ok {
		return nil, fmt.Errorf("--webhook-schedule is %q; known are %s", settings.Schedule, strings.Join(schedule.Names(), ", "))
	}
	j, err := delivery.NewJob(delivery.Config{Codecs: p.codecs, Timeout: settings.Timeout, SuspendAfter: settings.SuspendAfter, Schedule: named})
	if err != nil {
		return nil, err
	}
	cfg, err := p.stream(Delivery, []string{schemas.TopicWebhookJobs}, schemas.TopicWebhookQueue)
	if err != nil {
		return nil, err
	}
	cfg.Perform, cfg.Crowded = perform, crowded
	cfg.Broadcasts[0].Wakes = endpointWakes(p.codecs.WebhookEndpoint)
	cfg.MaxInFlightWork = workOfAWorker(p.settings.Webhook.InFlight, p.settings.Pipeline.WorkerCount())
	return stream.New(cfg, j)
}
