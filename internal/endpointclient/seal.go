package endpointclient

import (
	"waybill/pipeline/endpoints"
	"waybill/schemas"
)

// seal gives a command as it may be sent: its secret and header values are
// sealed (W10). They are checked first, for once they are sealed the endpoints
// job cannot.
func (c *Client) seal(command *schemas.EndpointCommand) (*schemas.EndpointCommand, error) {
	if err := endpoints.CheckClear(command); err != nil {
		return nil, refusal(err.Error())
	}
	sealed := *command
	var err error
	if command.Secret != "" {
		if sealed.Secret, err = c.Vault.Seal(command.Tenant, command.EndpointID, command.Secret); err != nil {
			return nil, err
		}
	}
	if len(command.Headers) == 0 {
		return &sealed, nil
	}
	sealed.Headers = make(map[string]string, len(command.Headers))
	for name, value := range command.Headers {
		if sealed.Headers[name], err = c.Vault.Seal(command.Tenant, command.EndpointID, value); err != nil {
			return nil, err
		}
	}
	return &sealed, nil
}

// What stands for a secret and for the value of a header where people look.
const (
	SecretMask = "whsec_…" //nolint:gosec // G101: it is what is shown instead of one
	ValueMask  = "…"
)

// Masked is an endpoint as people may see it: without its secrets and the
// values of its headers, sealed or not.
func Masked(e *schemas.WebhookEndpoint) schemas.WebhookEndpoint {
	shown := *e
	shown.Secrets = make([]schemas.EndpointSecret, len(e.Secrets))
	for i, s := range e.Secrets {
		s.Secret = SecretMask
		shown.Secrets[i] = s
	}
	shown.Headers = make(map[string]string, len(e.Headers))
	for name := range e.Headers {
		shown.Headers[name] = ValueMask
	}
	return shown
}

// SignsWith tells whether a secret is the one that an endpoint's webhooks are
// signed with, the newest.
func (l *Live) SignsWith(e *schemas.WebhookEndpoint, secret string) (bool, error) {
	if len(e.Secrets) == 0 {
		return false, nil
	}
	opened, err := l.client.Vault.Open(e.Tenant, e.EndpointID, e.Secrets[0].Secret)
	return opened == secret, err
}
