package api

import (
	"net/http"
	"slices"
)

// keyShown is what a client may know of its own key.
type keyShown struct {
	KeyID  string   `json:"key_id"`
	Tenant string   `json:"tenant"`
	Scopes []string `json:"scopes"`
	// Operator: the tenant is one of the operators.
	Operator bool `json:"operator"`
}

// getKey tells whose the key is and what it may be used for.
func (a *API) getKey(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	return ok(keyShown{c.key.ID, c.tenant(), c.key.Scopes, a.isOperator(c)})
}

func (a *API) isOperator(c *call) bool { return slices.Contains(a.cfg.Operators, c.tenant()) }

// getPipeline tells how the pipeline does. It is over all tenants.
func (a *API) getPipeline(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	if !a.isOperator(c) {
		return nil, problem(http.StatusForbidden, "the pipeline is that of all tenants, which only operators may see; %s is none", c.tenant())
	}
	return ok(a.cfg.Overview.Now(c.Context()))
}
