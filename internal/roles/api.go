package roles

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/connectors/api"
	"waybill/connectors/publish"
	"waybill/internal/apikeys"
	"waybill/internal/auditlog"
	"waybill/internal/console"
	"waybill/internal/endpointclient"
	"waybill/internal/redelivery"
	"waybill/internal/shipmentlog"
	"waybill/internal/vault"
	"waybill/internal/webhooklog"
	"waybill/pipeline/tracking"
)

// API names the role of the HTTP API, which is no consumer group.
const API = "api"

// APIOptions say where the API is served and for whom.
type APIOptions struct {
	Listener net.Listener // taken by the caller, so that a port in use is known early; the role closes it
	Keys     *apikeys.Keys
}

// apiRole serves the API.
type apiRole struct {
	api      *api.API
	listener net.Listener
	live     *endpointclient.Live
	client   *kgo.Client
	producer *kgo.Client
	quotas   *quotaWatch // nil: there are none
	conn     driver.Conn
	inbound  *inboundRole
}

func newAPI(o *Options, p *parts) (*apiRole, error) {
	if o.API == nil {
		return nil, errors.New("it was given no address")
	}
	keys, err := vault.Load(o.Settings.SecretKeysFile())
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(o.Kafka...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	options := ClickHouseOptions(o.Settings)
	conn, err := ch.Open(&options)
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("opening ClickHouse: %w", err)
	}
	log := o.Logger.With("app", API)
	r := &apiRole{listener: o.API.Listener, client: client, conn: conn}
	if err := r.prepare(o, p); err != nil {
		return nil, errors.Join(err, r.close())
	}
	events := webhooklog.New(conn)
	again := &redelivery.Client{Log: events, Kafka: client, Prefix: o.Settings.Kafka.Prefix, Codecs: o.Codecs}
	r.live = endpointclient.NewLive(&endpointclient.Client{Kafka: client, Prefix: o.Settings.Kafka.Prefix, Codecs: o.Codecs, Vault: keys}, log)
	var page http.Handler
	if o.Settings.API.Console {
		if page, err = console.Handler(); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	entries, err := newAudit(o, r.producer, log)
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	o.API.Keys.OnChange(func(change apikeys.Change) { tellOfKey(entries, change) })
	settings := api.Config{
		Keys: o.API.Keys, Audit: entries, Trail: auditlog.New(conn), Endpoints: r.live, Log: events, Parcels: shipmentlog.New(conn), Reports: analytics.NewBounded(conn), StalledAfter: o.Settings.Pipeline.StalledAfter, Quota: p.quotas.Limit, Redelivery: again, Senders: o.Settings.Webhook.Source,
		Publisher: &publish.Publisher{Kafka: r.producer, Prefix: o.Settings.Kafka.Prefix, Codecs: o.Codecs, Carriers: p.knows.Carriers},
		Carriers:  p.knows.Carriers, Model: p.knows.Model, Maps: p.knows.Maps, Check: tracking.NewCheck(p.knows.Model, p.knows.Carriers),
		KnownCarriers: o.Settings.Pipeline.KnownCarriers, Operators: o.Settings.Pipeline.Operators, Inbound: r.inbound.handler, Console: page,
		Overview: newOverview(o, p, client, conn),
		Rate:     o.Settings.API.Rate / float64(o.Settings.API.Instances), WrongKeys: o.Settings.API.WrongKeys / float64(o.Settings.API.Instances),
		Connections: o.Settings.API.Connections, Proxies: o.Settings.API.TrustedProxies,
		Logger: log, Registerer: o.Registerer,
	}
	if r.quotas != nil {
		settings.OverQuota = r.quotas.over
	}
	if r.api, err = api.New(settings); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// prepare makes the clients of what is registered, and of what carriers send.
func (r *apiRole) prepare(o *Options, p *parts) (err error) {
	if r.producer, err = kgo.NewClient(append(slices.Clip(o.Kafka), publish.Options()...)...); err != nil {
		return fmt.Errorf("making a Kafka client that publishes: %w", err)
	}
	if r.inbound, err = newInbound(o, p); err != nil {
		return err
	}
	if p.quotas != nil {
		r.quotas, err = newQuotaWatch(o, p.quotas)
	}
	return err
}

// run serves until ctx is done and what is in hand has ended, for which the
// endpoints are followed to the last.
func (r *apiRole) run(ctx context.Context) error {
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.live.Run(following) })
	if r.quotas != nil {
		g.Go(func() error {
			r.quotas.run(following)
			return nil
		})
	}
	g.Go(func() error {
		defer stop()
		return r.api.Serve(ctx, r.listener)
	})
	return g.Wait()
}

// close lets go of what newAPI made.
func (r *apiRole) close() error {
	r.client.Close()
	r.inbound.close()
	if r.producer != nil {
		r.producer.Close()
	}
	if r.quotas != nil {
		r.quotas.client.Close()
	}
	err := r.conn.Close()
	if closing := r.listener.Close(); !errors.Is(closing, net.ErrClosed) {
		err = errors.Join(err, closing)
	}
	return err
}
