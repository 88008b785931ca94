package api

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/analytics"
	"waybill/connectors/carriers"
	"waybill/connectors/publish"
	"waybill/internal/apikeys"
	"waybill/internal/audit"
	"waybill/internal/auditlog"
	"waybill/internal/endpointclient"
	"waybill/internal/overview"
	"waybill/internal/redelivery"
	"waybill/internal/shipmentlog"
	"waybill/internal/webhooklog"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// Config says what the API works with. What has no default is required.
type Config struct {
	Keys *apikeys.Keys
	// Audit is written who did what. Serve runs it.
	Audit *audit.Log
	// Trail answers what stands in it.
	Trail     *auditlog.Log
	Endpoints *endpointclient.Live
	// Log answers what became of webhooks.
	Log *webhooklog.Log
	// Parcels answers what became of parcels.
	Parcels *shipmentlog.Log
	// Reports answers reports.
	Reports *analytics.Bounded
	// StalledAfter is how long a parcel may be silent where nothing is known of its
	// lane (D3), for the report stalled. 0: as the rules have it by default.
	StalledAfter time.Duration
	// Redelivery sends them again.
	Redelivery *redelivery.Client
	// Publisher puts what tenants ask for onto the log.
	Publisher *publish.Publisher
	// Carriers, Model and Maps are what Waybill knows.
	Carriers *carriers.Table
	Model    *status.Model
	Maps     *codemap.Maps
	// Check tells why tracking would not read a registration or an act by hand,
	// as a *schemas.DecodeError where one field is to blame.
	Check func(*schemas.Registration) error
	// KnownCarriers: parcels of carriers that are not in Carriers are not
	// tracked (R3).
	KnownCarriers bool
	// OverQuota tells that a tenant's quota is used up, in a sentence, or is
	// empty (R8). Nil: there are no quotas.
	OverQuota func(tenant string, at time.Time) string
	// Quota gives the units that a tenant may use in a calendar month (R8), where
	// there is a limit. Nil: there are no quotas.
	Quota func(tenant string) (units int64, limited bool)
	// Operators are the tenants that may withdraw events (O8) and see the whole
	// pipeline.
	Operators []string
	// Overview tells operators how the pipeline does.
	Overview *overview.Overview
	// Rate is how many requests a second a key may make of this process.
	Rate float64
	// WrongKeys is how many wrong keys an address may try in a minute, of this
	// process.
	WrongKeys float64
	// Connections is how many there may be at a time. Default 4096.
	Connections int
	// Proxies are believed when they say in X-Forwarded-For whom they ask for.
	Proxies Proxies
	// CommandWait is how long a command waits to be carried out, and Kafka may
	// take to acknowledge what is published. Default 10 s.
	CommandWait time.Duration
	// Senders are the addresses that webhooks leave from; none: the machine's.
	Senders []netip.Addr
	// Inbound takes the webhooks of carriers and platforms, at /in/ (C2); nil:
	// there is nothing there. It lets in by other means than keys.
	Inbound http.Handler
	// Console is the page at /, with what belongs to it; nil: there is none. It
	// holds nothing of a tenant's, so it needs no key.
	Console    http.Handler
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Keys == nil || c.Audit == nil || c.Trail == nil || c.Endpoints == nil || c.Log == nil || c.Parcels == nil || c.Reports == nil || c.Redelivery == nil || c.Overview == nil:
		return c, errors.New("making the API: the keys, the audit, the client of endpoints, the logs of webhooks and of parcels, the reports, redelivery and the overview are required")
	case c.Publisher == nil || c.Carriers == nil || c.Model == nil || c.Maps == nil || c.Check == nil:
		return c, errors.New("making the API: the publisher, the carriers, the model, the maps and the check of registrations are required")
	case c.Logger == nil || c.Registerer == nil:
		return c, errors.New("making the API: the logger and the registerer are required")
	case c.Rate <= 0 || c.WrongKeys <= 0:
		return c, errors.New("making the API: the rates of requests and of wrong keys must be above 0")
	}
	if c.Connections == 0 {
		c.Connections = 4096
	}
	if c.CommandWait == 0 {
		c.CommandWait = 10 * time.Second
	}
	return c, nil
}
