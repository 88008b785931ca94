package accounts

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Account is a tenant's account at a carrier or a platform.
type Account struct {
	// Name tells the accounts of a tenant apart; a registration names one by it
	// (carrier_account), and so does the address that webhooks come to. It is
	// made of letters, digits, dots, dashes and underscores.
	Name string `yaml:"name"`
	// Tenant is whose account it is.
	Tenant string `yaml:"tenant"`
	// Source is the dialect: shippo, royal-mail.
	Source string `yaml:"source"`
	// Inbound says how webhooks from the source prove themselves; nil: none are
	// taken.
	Inbound *Inbound `yaml:"inbound"`
	// Polling says how the source is asked; nil: it is not.
	Polling *Polling `yaml:"polling"`
}

// Inbound says how the webhooks of an account prove who sent them.
type Inbound struct {
	// Scheme is how they do. Empty: the source's own way.
	Scheme string `yaml:"scheme"`
	// Secrets are valid at the same time, for rotation.
	Secrets []Secret `yaml:"secrets"`
	// User goes with the secrets where the scheme is basic.
	User string `yaml:"user"`
	// Header is where the signature or the key is looked for; with the scheme
	// query it is the parameter's name. Empty: where the scheme has it.
	Header string `yaml:"header"`
	// KeySet is the URL or the file of public keys (JWKS). Empty: the source's.
	KeySet string `yaml:"key_set"`
	// Window is how far from ours a signed time may lie. 0: five minutes.
	Window time.Duration `yaml:"window"`
}

// Polling says how a source is asked.
type Polling struct {
	// URL is where its API begins. Empty: the published address.
	URL string `yaml:"url"`
	// Key is its API key, or the client id where there are two parts.
	Key Secret `yaml:"key"`
	// Password is the second part, where there is one.
	Password Secret `yaml:"password"`
	// Rate is how many requests a second it allows. 0: what it publishes.
	Rate float64 `yaml:"rate"`
	// PerDay is how many requests a day of UTC it allows. 0: what it publishes,
	// or, with a rate of its own, as many as that allows.
	PerDay int `yaml:"per_day"`
	// InFlight is how many requests may be under way. 0: what is right for it.
	InFlight int `yaml:"in_flight"`
	// Carriers are those that this account is asked about, by slug, and what
	// the platform calls each. Of a carrier's own account: none.
	Carriers map[string]string `yaml:"carriers"`
}

// Secrets lists where the account's secrets are.
func (a *Account) Secrets() []Secret {
	var all []Secret
	if a.Inbound != nil {
		all = append(all, a.Inbound.Secrets...)
	}
	if p := a.Polling; p != nil {
		for _, s := range []Secret{p.Key, p.Password} {
			if s != (Secret{}) {
				all = append(all, s)
			}
		}
	}
	return all
}

// maxNameBytes bounds the name of an account.
const maxNameBytes = 64

// check says what is wrong with an account, or nil.
func (a *Account) check() error {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	switch {
	case a.Name == "" || a.Tenant == "" || a.Source == "":
		return errors.New("name, tenant and source are required")
	case len(a.Name) > maxNameBytes || strings.ContainsFunc(a.Name, func(r rune) bool { return !plain(r) }):
		return fmt.Errorf("the name %q is not 1 to %d letters, digits, dots, dashes and underscores", a.Name, maxNameBytes)
	case a.Inbound != nil && a.Inbound.Window < 0:
		return fmt.Errorf("the window is %s; it must not be negative", a.Inbound.Window)
	}
	for i, s := range a.Secrets() {
		if err := s.check(); err != nil {
			return fmt.Errorf("secret %d: %w", i+1, err)
		}
	}
	return nil
}
