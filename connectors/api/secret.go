package api

import (
	"waybill/internal/endpointclient"
	"waybill/schemas"
)

// sendWithSecret sends a command that gives an endpoint a secret: the sender's,
// or a new one. It is shown in the answer, this once: a repeat of the request
// finds another secret in its place, its own of the first time, and shows none.
func (a *API) sendWithSecret(c *call, command *schemas.EndpointCommand) (*endpoint, error) {
	if command.Secret == "" {
		secret, err := endpointclient.NewSecret()
		if err != nil {
			return nil, err
		}
		command.Secret = secret
	}
	e, err := a.send(c, command)
	if err != nil {
		return nil, err
	}
	made := shown(e)
	ours, err := a.cfg.Endpoints.SignsWith(e, command.Secret)
	if ours {
		made.Secret = command.Secret
	}
	return made, err
}
