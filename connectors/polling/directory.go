package polling

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"waybill/connectors/carriers"
	"waybill/internal/accounts"
)

// Directory knows whose account is used for a parcel. It does not change once it
// is made.
type Directory struct {
	byTenant map[string][]*Account
}

// Account is an account by which a source is asked.
type Account struct {
	Tenant, Name string
	Source       *Source
	Limits       Limits

	polling       *accounts.Polling
	base          *url.URL
	key, password string            // once ReadSecrets has
	carriers      map[string]string // slug to what the source calls it
}

// NewDirectory takes the accounts that say how to ask, and finds the source of
// each among all. The error names the account and what is wrong with it.
func NewDirectory(a *accounts.Accounts, table *carriers.Table, all []*Source) (*Directory, error) {
	d := &Directory{byTenant: make(map[string][]*Account)}
	for _, entry := range a.All() {
		if entry.Polling == nil {
			continue
		}
		made, err := newAccount(entry, table, all)
		if err != nil {
			return nil, fmt.Errorf("account %s of tenant %s: polling: %w", entry.Name, entry.Tenant, err)
		}
		d.byTenant[entry.Tenant] = append(d.byTenant[entry.Tenant], made)
	}
	return d, nil
}

// ReadSecrets reads the secrets of all accounts, which must be done before
// anything is asked. The error names the account.
func (d *Directory) ReadSecrets() error {
	for _, a := range d.All() {
		if err := a.ReadSecrets(); err != nil {
			return err
		}
	}
	return nil
}

// ReadSecrets reads the secrets of the account.
func (a *Account) ReadSecrets() (err error) {
	if a.key, err = a.polling.Key.Read(); err != nil {
		return fmt.Errorf("account %s of tenant %s: polling: key: %w", a.Name, a.Tenant, err)
	}
	if !a.Source.TwoParts {
		return nil
	}
	if a.password, err = a.polling.Password.Read(); err != nil {
		return fmt.Errorf("account %s of tenant %s: polling: password: %w", a.Name, a.Tenant, err)
	}
	return nil
}

// String lists the accounts by tenant and name, and whom each is for.
func (d *Directory) String() string {
	var all []string
	for _, a := range d.All() {
		all = append(all, fmt.Sprintf("%s (%s)", a, strings.Join(slices.Sorted(maps.Keys(a.carriers)), ", ")))
	}
	if len(all) == 0 {
		return "no account with polling"
	}
	return strings.Join(all, "; ")
}

// Has tells whether a tenant has an account for a carrier.
func (d *Directory) Has(tenant, carrier string) bool { return d.Find(tenant, "", carrier) != nil }

// Find gives the account of that tenant for a carrier: the one that is named, or
// else the tenant's first in the file. It is nil where the tenant has none:
// another tenant's is never used.
func (d *Directory) Find(tenant, name, carrier string) *Account {
	for _, a := range d.byTenant[tenant] {
		if _, asks := a.carriers[carrier]; asks && (name == "" || a.Name == name) {
			return a
		}
	}
	return nil
}

// Carriers lists the carriers that some account is for, by slug.
func (d *Directory) Carriers() []string {
	slugs := make(map[string]bool)
	for _, a := range d.All() {
		for slug := range a.carriers {
			slugs[slug] = true
		}
	}
	return slices.Sorted(maps.Keys(slugs))
}

// All lists the accounts, by tenant and name.
func (d *Directory) All() []*Account {
	all := slices.Concat(slices.Collect(maps.Values(d.byTenant))...)
	slices.SortFunc(all, func(a, b *Account) int { return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Name, b.Name)) })
	return all
}

func newAccount(entry *accounts.Account, table *carriers.Table, all []*Source) (*Account, error) {
	source := sourceNamed(all, entry.Source)
	if source == nil {
		names := make([]string, len(all))
		for i, s := range all {
			names[i] = s.Name
		}
		return nil, fmt.Errorf("nothing asks the source %s; there is %s", entry.Source, strings.Join(names, ", "))
	}
	p := entry.Polling
	a := &Account{Tenant: entry.Tenant, Name: entry.Name, Source: source, Limits: source.Limits, polling: entry.Polling, carriers: source.Carriers}
	if p.Rate < 0 || p.PerDay < 0 || p.InFlight < 0 {
		return nil, fmt.Errorf("rate %v, per_day %d and in_flight %d must not be negative", p.Rate, p.PerDay, p.InFlight)
	}
	if p.Rate > 0 {
		a.Limits.Rate, a.Limits.PerDay = p.Rate, 0 // who has more a second has more a day
	}
	a.Limits.PerDay = cmp.Or(p.PerDay, a.Limits.PerDay)
	a.Limits.InFlight = cmp.Or(p.InFlight, a.Limits.InFlight)
	if len(p.Carriers) > 0 {
		a.carriers = make(map[string]string, len(p.Carriers))
		for slug, name := range p.Carriers {
			a.carriers[table.Canonical(slug)] = name
		}
	}
	if len(a.carriers) == 0 {
		return nil, fmt.Errorf("%s is a platform; say which carriers it is asked about, each with what it calls it (carriers)", source.Name)
	}
	var err error
	a.base, err = baseURL(cmp.Or(p.URL, source.URL))
	return a, err
}

// baseURL reads where an API begins. Keys go there, so it is HTTPS, but on this
// machine.
func baseURL(written string) (*url.URL, error) {
	u, err := url.Parse(written)
	switch {
	case err != nil:
		return nil, fmt.Errorf("url: %w", plain(err))
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("url %q: https://host/path is wanted, without user, query and fragment", u.Redacted())
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	}
	return nil, fmt.Errorf("url %q: keys are sent by https only, but to this machine", written)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
