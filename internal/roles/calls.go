package roles

import (
	"context"
	"fmt"

	"waybill/sinks/webhook"
)

// callOptions says how the settings have webhooks called. It fails when a
// certificate cannot be read, or calls cannot leave from where they are to.
func callOptions(o *Options) (webhook.Options, error) {
	s := &o.Settings.Webhook
	calls := webhook.Options{
		Version: o.Version, Timeout: s.Timeout, AllowedNetworks: s.Allow, ForbidPort80: s.ForbidPort80, Sources: s.Source,
	}
	var err error
	if s.RootCAs != "" {
		if calls.RootCAs, err = webhook.ReadRootCAs(s.RootCAs); err != nil {
			return calls, fmt.Errorf("%w (--webhook-root-cas)", err)
		}
	}
	if err = webhook.CheckSources(context.Background(), s.Source); err != nil {
		return calls, fmt.Errorf("%w (--webhook-source)", err)
	}
	return calls, nil
}
