package config

import "net/netip"

// API says how the HTTP API is served.
type API struct {
	Listen  string  `help:"Address of the HTTP API, host:port. It speaks HTTP without TLS: beyond this machine, put what ends TLS before it. Empty: no API." default:"127.0.0.1:8081" form:"listen" why:"Another address where others are to reach it, or the port is taken."`
	Keys    string  `help:"File of API keys (YAML), of each only a digest: 'waybill keys new' makes one. A changed file counts within a second. Empty: api-keys.yaml in --data, made with one key of the tenant default, printed once; an address that is not loopback needs a file." placeholder:"FILE" type:"path" form:"file" why:"Keys of your own, the same for all instances; needed beyond loopback."`
	Console bool    `help:"Serve the console, a page for people, at / of the same address. It asks the API for all it shows, with a key that whoever looks types in." default:"true" negatable:"" why:"Machines alone are to be answered."`
	Rate    float64 `help:"Requests a second that each key may make of all --api-instances together; what is not used is saved up for two seconds." default:"50" range:">0..100000" unit:"requests/s" why:"More lets a client do more, and disturb others more."`

	WrongKeys      float64        `help:"Wrong keys that one address (of IPv6: one /64) may try in a minute, of all --api-instances together. Then it is answered 429, whatever the key, for some seconds, except with keys that were right from there before." default:"30" range:">0..100000" unit:"keys/min" why:"More where many clients share one address and their keys change often."`
	Connections    int            `help:"Connections at a time to this process; one address (of IPv6: one /64) that is no trusted proxy may have a quarter of them. More are closed at once." default:"4096" range:"4..1000000" unit:"connections" why:"More where many clients stay connected; each takes a file and some memory."`
	TrustedProxies []netip.Prefix `help:"Networks of the proxies before the API. Who asks is then the last address in X-Forwarded-For that is not one of theirs. Of others the header says nothing." placeholder:"NETWORK" why:"Something stands before the API that ends TLS or shares the load: without this all clients are one address, the proxy's."`
	Instances      int            `help:"How many processes serve the API behind one address. They do not ask one another, so each lets through its part of --api-rate and of --api-wrong-keys." default:"1" range:"1..1000" unit:"processes" why:"You run several, and the limits are to hold for all together."`
}
