package roles

import (
	"fmt"
	"slices"
	"time"

	"waybill/connectors/carriers"
	"waybill/connectors/polling"
	"waybill/internal/accounts"
)

// Polling names the role that asks carriers about parcels (C3). It is among the
// roles where the file of accounts says how to ask somebody.
const Polling = polling.Group

// leastUseful is how long a poll request is of use at least, however often the
// rules ask.
const leastUseful = 15 * time.Minute

// openAccounts opens the file of accounts, and finds whom they let ask.
func (p *parts) openAccounts() (err error) {
	if p.accounts, err = accounts.Open(p.settings.Connectors.Accounts, p.log.With("app", Polling)); err != nil {
		return fmt.Errorf("%w (--accounts)", err)
	}
	if p.asked, err = polling.NewDirectory(p.accounts.Current(), p.knows.Carriers, polling.Sources()); err != nil {
		return fmt.Errorf("%w (--accounts)", err)
	}
	return nil
}

// polls tells whether somebody is asked.
func (p *parts) polls() bool { return p.settings.Pipeline.Polls() && len(p.asked.All()) > 0 }

// askedCarriers are the carriers, of which those are polled too that some account
// is for.
type askedCarriers struct {
	*carriers.Table

	asked []string
}

// Polled implements tracking.Carriers.
func (c askedCarriers) Polled(name string) bool {
	return c.Table.Polled(name) || slices.Contains(c.asked, c.Canonical(name))
}

func (p *parts) polling(o *Options) (*polling.Poller, error) {
	return polling.New(polling.Config{
		Kafka:  append(slices.Clone(o.Kafka), staticMember(p.settings.Kafka.Prefix+Polling+"-"+p.instance)...),
		Prefix: p.settings.Kafka.Prefix, Codecs: p.codecs, Accounts: p.accounts.Current, Carriers: p.knows.Carriers,
		Useful: max(p.settings.Pipeline.PollInterval, leastUseful), Version: o.Version, Logger: p.log.With("app", Polling), Registerer: p.registerer,
	})
}
