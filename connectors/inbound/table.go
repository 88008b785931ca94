package inbound

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"waybill/connectors/dialects"
	"waybill/connectors/inbound/keyset"
	"waybill/connectors/inbound/proof"
	"waybill/internal/accounts"
	"waybill/schemas"
)

// Sender is an account whose webhooks are taken.
type Sender struct {
	Account *accounts.Account
	Dialect *dialects.Dialect
	Proof   *proof.Proof

	name string // of the account, in logs and dead letters
}

// shipEngineKeys is where ShipEngine publishes its keys.
const shipEngineKeys = "https://api.shipengine.com/jwks"

// NewSender makes a sender of an account that has an inbound part, and reads its
// secrets. keys makes a key set of a location. The error names the account, and
// repeats no secret.
func NewSender(a *accounts.Account, keys func(location string) (proof.KeySet, error)) (*Sender, error) {
	fail := func(err error) error { return fmt.Errorf("account %s of tenant %s: %w", a.Name, a.Tenant, err) }
	d := dialects.Named(a.Source)
	if d == nil {
		return nil, fail(fmt.Errorf("there is no source %q", a.Source))
	}
	in := a.Inbound
	c := proof.Config{Scheme: cmp.Or(in.Scheme, proof.Own(d.Name, in.User)), User: in.User, Header: in.Header, Window: in.Window}
	if c.Scheme == "" {
		return nil, fail(fmt.Errorf("the source %s has no scheme of its own: choose one (scheme), as it is set up there", d.Name))
	}
	for _, s := range in.Secrets {
		text, err := s.Read()
		if err != nil {
			return nil, fail(err)
		}
		c.Secrets = append(c.Secrets, text)
	}
	location := in.KeySet
	if location == "" && c.Scheme == proof.ShipEngine {
		location = shipEngineKeys
	}
	var err error
	if location != "" {
		if c.Keys, err = keys(location); err != nil {
			return nil, fail(err)
		}
	}
	p, err := proof.New(c)
	if err != nil {
		return nil, fail(err)
	}
	return &Sender{a, d, p, a.Tenant + "/" + a.Name}, nil
}

// table is the senders of all accounts as the file has them now. It does not
// change.
type table struct {
	of      *accounts.Accounts
	senders map[string]map[string][]*Sender // by every name of their dialect, and that of the account; all of them under none
}

// keySets are those that were made, by location: they outlive a change of the
// accounts.
type keySets struct {
	client *http.Client
	log    *slog.Logger
	made   map[string]*keyset.Set
}

func (k *keySets) of(location string) (proof.KeySet, error) {
	if set := k.made[location]; set != nil {
		return set, nil
	}
	set, err := keyset.New(location, k.client, k.log)
	if err != nil {
		return nil, err
	}
	k.made[location] = set
	return set, nil
}

func newTable(of *accounts.Accounts, keys *keySets) (*table, error) {
	t := &table{of, make(map[string]map[string][]*Sender)}
	for _, a := range of.All() {
		if a.Inbound == nil {
			continue
		}
		s, err := NewSender(a, keys.of)
		if err != nil {
			return nil, err
		}
		for _, name := range append(slices.Clone(s.Dialect.Aliases), s.Dialect.Name) {
			named := t.senders[name]
			if named == nil {
				named = make(map[string][]*Sender)
				t.senders[name] = named
			}
			named[""], named[a.Name] = append(named[""], s), append(named[a.Name], s)
		}
	}
	return t, nil
}

// find returns the senders of a source, and of an account of it where one is
// named. Tenants may have accounts of the same name: each has its secret.
func (t *table) find(source, account string) []*Sender {
	return t.senders[schemas.CanonicalCarrier(source)][account]
}

// current returns the table of the accounts as they now are. Where a secret
// cannot be read, the table before stays, and the log says so: a file that is
// being replaced must not turn webhooks away.
func (h *Handler) current() *table {
	now := h.cfg.Accounts.Current()
	if t := h.table.Load(); t.of == now {
		return t
	}
	h.making.Lock()
	defer h.making.Unlock()
	before := h.table.Load()
	if before.of == now {
		return before
	}
	t, err := newTable(now, h.keys)
	if err != nil {
		h.cfg.Logger.Error("the accounts' webhooks are taken as before", "err", err)
		t = &table{now, before.senders}
	}
	h.table.Store(t)
	return t
}
