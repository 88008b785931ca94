package config

import (
	"net/netip"
	"time"
)

// Webhook says how webhooks are called.
type Webhook struct {
	Allow            []netip.Prefix `help:"Networks that may be called although they are private, with any port (W13), such as 127.0.0.0/8 for a receiver on this machine." placeholder:"NETWORK" why:"Receivers in your own network, or on this machine while trying out."`
	Timeout          time.Duration  `help:"Longest time for one call." default:"15s" range:"100ms..5m" why:"Longer for slow receivers; each call holds its place meanwhile."`
	InFlight         int            `help:"Calls at a time, over all endpoints, in this process (W7). Each takes a connection and, while it lasts, its body's memory. With none free, webhooks wait in Kafka." default:"2048" range:"1..1000000" unit:"calls" why:"Fewer for less memory and fewer connections; more where receivers are slow and many."`
	EndpointInFlight int            `help:"Calls at a time to an endpoint that names no limit of its own, over all instances (W7). It gets there by taking them well; one that answers slowly under load, or not at all, gets fewer." default:"100" range:"1..1000000" unit:"calls" why:"Fewer spares receivers that never said what they bear."`

	Schedule     string        `help:"Schedule of retries of endpoints that choose none: waybill, intersoft, shipengine or aftership, as the platforms of these names publish theirs (W3). The same for all instances." enum:"waybill,intersoft,shipengine,aftership" default:"waybill" why:"Receivers rely on the times of another platform."`
	SuspendAfter time.Duration `help:"How long an endpoint fails without one success until it is suspended: its webhooks are kept, and only their own schedule asks whether it is back (W8). The same for all instances." default:"24h" range:"1s..720h" why:"Shorter spares calls to the dead; longer bears with a night's outage."`

	ForbidPort80 bool         `name:"forbid-port-80" help:"Call port 443 only (W13). Networks of --webhook-allow are called on any port all the same." why:"Data about persons must not travel in the clear."`
	RootCAs      string       `name:"root-cas" help:"File of certificates (PEM) that are trusted beside the system's, for receivers with certificates of your own." type:"path" placeholder:"FILE" form:"file" why:"Receivers have certificates of a CA of your own."`
	Source       []netip.Addr `help:"Addresses of this machine that calls leave from, in turn; the API lists them. IPv4 and IPv6 each go to their own kind, and a receiver of a kind without one is not called. Empty: the system chooses." placeholder:"ADDRESS" why:"Receivers let in only addresses that they know."`
}
