package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
)

// Registry says which schema registry tells the schemas of Confluent framing.
type Registry struct {
	URL      []string `name:"url" help:"URLs of a schema registry that speaks Confluent's protocol, http or https, tried in this order. With it, records in Confluent framing are read. Apicurio's end in /apis/ccompat/v7. Empty: such records go to dead letters." placeholder:"URL" why:"Producers or consumers use Confluent's serializers."`
	User     string   `help:"User for it (HTTP Basic). Empty: none." why:"The registry asks who you are."`
	Password Secret   `help:"Password for it. Better set by environment or file than by flag, where others can see it." why:"The user has one."`
	TLSFiles TLS      `embed:"" prefix:"tls-"`
	Subjects string   `help:"How subjects are named, as your serializers have it: topic (<prefix><topic>-value) or record (waybill.v1.<Record>)." enum:"topic,record" default:"topic" why:"Your serializers are set to another way."`
	Framing  bool     `help:"Write what others read (tracking-events, decisions, shipments, webhook-attempts, endpoint-events, usage, audit) in Confluent framing. Then Waybill's instances and commands need the registry to start, and the schemas must be in it: 'waybill schemas register', which 'waybill up' does by itself." why:"Consumers can read nothing else."`
}

// Set tells whether there is a registry.
func (r Registry) Set() bool { return len(r.URL) > 0 }

func (r Registry) check() error {
	for _, text := range r.URL {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("--registry-url is %q; it must be like https://registry.example:8081", text)
		}
		if u.User != nil {
			return errors.New("--registry-url holds a user; set --registry-user and --registry-password instead, for URLs are written to logs")
		}
	}
	switch {
	case !r.Set() && (r.Framing || r.User != ""):
		return errors.New("--registry-url is empty; --registry-framing and --registry-user need it")
	case r.User == "" && r.Password != "":
		return errors.New("--registry-password is set and --registry-user is empty; they go together")
	case !r.over("https") && r.TLSFiles != (TLS{}):
		return errors.New("--registry-tls-... is set and no --registry-url begins with https://")
	}
	return r.TLSFiles.check("registry", true)
}

// over tells whether any of the URLs has a scheme.
func (r Registry) over(scheme string) bool {
	return slices.ContainsFunc(r.URL, func(text string) bool {
		u, err := url.Parse(text)
		return err == nil && u.Scheme == scheme
	})
}

// insecure tells whether the password would go over a network readable.
func (r Registry) insecure() bool {
	return r.Password != "" && slices.ContainsFunc(r.URL, func(text string) bool {
		u, err := url.Parse(text)
		return err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
	})
}
