package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"waybill/internal/endpointclient"
	"waybill/schemas"
)

// endpointFields are what can be chosen when an endpoint is made, and changed
// later: fields of the contract's EndpointCommand.
func endpointFields() []string {
	return []string{
		"url", "description", "types", "statuses", "dialect", "dialect_version", "headers", "in_flight", "rate_limit",
		"order", "history", "schedule_name", "schedule", "deadline",
	}
}

func (a *API) listEndpoints(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	all, err := a.cfg.Endpoints.OfTenant(c.tenant())
	if err != nil {
		return nil, unavailable(err)
	}
	found := make([]*endpoint, len(all))
	for i, e := range all {
		found[i] = shown(e)
	}
	return ok(map[string]any{"endpoints": found})
}

func (a *API) getEndpoint(c *call) (*answer, error) {
	e, err := a.find(c)
	if err != nil {
		return nil, err
	}
	return ok(shown(e))
}

// find returns the endpoint that the path names. One of another tenant is not
// there, as far as this one can tell.
func (a *API) find(c *call) (*schemas.WebhookEndpoint, error) {
	id := c.PathValue("id")
	e, err := a.cfg.Endpoints.Find(c.tenant(), id)
	if err != nil {
		return nil, unavailable(err)
	}
	if e == nil {
		return nil, problem(http.StatusNotFound, "there is no endpoint %q", id)
	}
	return e, nil
}

func (a *API) createEndpoint(c *call) (*answer, error) {
	command := newCommand(c, schemas.CommandCreate)
	if _, err := c.readBody(command, append(endpointFields(), "secret", "skip_test", "reason"), false); err != nil {
		return nil, err
	}
	if err := checkEndpoint(command); err != nil {
		return nil, err
	}
	if err := c.identify(command); err != nil {
		return nil, err
	}
	made, err := a.sendWithSecret(c, command)
	if err != nil {
		return nil, err
	}
	c.header.Set("Location", "/v4/endpoints/"+made.EndpointID)
	if made.State == schemas.EndpointUntested {
		made.TestID = endpointclient.TestID(command)
	}
	return &answer{status: http.StatusCreated, body: made}, nil
}

func (a *API) updateEndpoint(c *call) (*answer, error) {
	command := newCommand(c, schemas.CommandUpdate)
	present, err := c.readBody(command, append(endpointFields(), "skip_test", "reason"), false)
	if err != nil {
		return nil, err
	}
	command.Change = slices.DeleteFunc(present, func(name string) bool { return !slices.Contains(endpointFields(), name) })
	if len(command.Change) == 0 {
		return nil, problem(http.StatusBadRequest, "the body names no field that is to change")
	}
	if err := checkEndpoint(command); err != nil {
		return nil, err
	}
	return answered(a.carryOut(c, command))
}

func (a *API) deleteEndpoint(c *call) (*answer, error) {
	command := newCommand(c, schemas.CommandDelete)
	if _, err := c.readBody(command, []string{"reason"}, true); err != nil {
		return nil, err
	}
	if err := c.identify(command); err != nil {
		return nil, err
	}
	if c.Header.Get(headerIdempotency) == "" { // else the endpoints job knows whether this very request has deleted it
		if _, err := a.find(c); err != nil {
			return nil, err
		}
	}
	if _, err := a.send(c, command); err != nil {
		return nil, err
	}
	return &answer{status: http.StatusNoContent}, nil
}

func (a *API) disableEndpoint(c *call) (*answer, error) { return a.act(c, schemas.CommandDisable) }
func (a *API) resumeEndpoint(c *call) (*answer, error)  { return a.act(c, schemas.CommandResume) }

// enableEndpoint may have a test sent first.
func (a *API) enableEndpoint(c *call) (*answer, error) {
	command := newCommand(c, schemas.CommandEnable)
	if _, err := c.readBody(command, []string{"reason"}, true); err != nil {
		return nil, err
	}
	made, err := a.carryOut(c, command)
	if err == nil && made.State == schemas.EndpointUntested {
		made.TestID = endpointclient.TestID(command)
	}
	return answered(made, err)
}

// act carries out a command that takes nothing but a reason.
func (a *API) act(c *call, kind string) (*answer, error) {
	command := newCommand(c, kind)
	if _, err := c.readBody(command, []string{"reason"}, true); err != nil {
		return nil, err
	}
	return answered(a.carryOut(c, command))
}

// testEndpoint has a test sent. Its attempts tell how it went.
func (a *API) testEndpoint(c *call) (*answer, error) {
	command := newCommand(c, schemas.CommandTest)
	if _, err := c.readBody(command, []string{"reason"}, true); err != nil {
		return nil, err
	}
	made, err := a.carryOut(c, command)
	if err != nil {
		return nil, err
	}
	made.TestID = endpointclient.TestID(command)
	return &answer{status: http.StatusAccepted, body: made}, nil
}

func (a *API) rotateEndpoint(c *call) (*answer, error) {
	command := newCommand(c, schemas.CommandRotate)
	if _, err := c.readBody(command, []string{"secret", "overlap", "reason"}, true); err != nil {
		return nil, err
	}
	if err := c.identify(command); err != nil {
		return nil, err
	}
	if _, err := a.find(c); err != nil {
		return nil, err
	}
	return answered(a.sendWithSecret(c, command))
}

// answered is an endpoint as the answer.
func answered(made *endpoint, err error) (*answer, error) {
	if err != nil {
		return nil, err
	}
	return ok(made)
}

// newCommand is a command of a request about the endpoint that its path names.
func newCommand(c *call, kind string) *schemas.EndpointCommand {
	command := endpointclient.NewCommand(c.tenant(), kind, c.PathValue("id"))
	command.RequestedBy = c.by()
	return command
}

// carryOut sends a command about an endpoint that is there.
func (a *API) carryOut(c *call, command *schemas.EndpointCommand) (*endpoint, error) {
	if err := c.identify(command); err != nil {
		return nil, err
	}
	if _, err := a.find(c); err != nil {
		return nil, err
	}
	e, err := a.send(c, command)
	if err != nil {
		return nil, err
	}
	return shown(e), nil
}

// send sends a command, and waits until it was carried out.
func (a *API) send(c *call, command *schemas.EndpointCommand) (*schemas.WebhookEndpoint, error) {
	if err := a.begin(c, objectEndpoint, command.EndpointID, strings.Join(command.Change, ",")); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), a.cfg.CommandWait)
	defer cancel()
	e, err := a.cfg.Endpoints.Send(ctx, command)
	if err == nil && e.State == schemas.EndpointRejected && command.Kind != schemas.CommandDelete { // a repeat of what was done, of an endpoint that is no more
		return nil, problem(http.StatusGone, "this was done before, and the endpoint %s was deleted since", command.EndpointID)
	}
	return e, err
}

// checkEndpoint refuses what cannot be said in a command at all; the endpoints
// job checks the rest.
func checkEndpoint(command *schemas.EndpointCommand) error {
	if command.Order == "" {
		command.Order = schemas.OrderShipment
	}
	if command.Order != schemas.OrderShipment && command.Order != schemas.OrderNone {
		return wrong("order", "order is %q; it may be %s or %s", command.Order, schemas.OrderShipment, schemas.OrderNone)
	}
	for name, value := range command.Headers {
		if value == endpointclient.ValueMask {
			return wrong("headers", "the value of the header %s is the mask that stands for one; send the value itself", name)
		}
	}
	return nil
}
