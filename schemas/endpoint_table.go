package schemas

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// EndpointTable is the broadcast table webhook-endpoints as one immutable
// value: every endpoint that is not deleted, by id and by tenant. Deleted and
// refused endpoints are not in it.
type EndpointTable struct {
	byID     map[string]*WebhookEndpoint
	byTenant map[string][]*WebhookEndpoint
}

// NewEndpointTable builds the table from the topic's values by key.
func NewEndpointTable(codec *Codec[WebhookEndpoint], entries map[string][]byte) (*EndpointTable, error) {
	t := &EndpointTable{
		byID:     make(map[string]*WebhookEndpoint, len(entries)),
		byTenant: make(map[string][]*WebhookEndpoint),
	}
	for key, value := range entries {
		e, err := codec.Decode(value)
		if err != nil {
			return nil, fmt.Errorf("reading endpoint %s: %w", key, err)
		}
		if e.State == EndpointRejected {
			continue
		}
		t.byID[e.EndpointID] = e
		t.byTenant[e.Tenant] = append(t.byTenant[e.Tenant], e)
	}
	for _, list := range t.byTenant {
		slices.SortFunc(list, func(a, b *WebhookEndpoint) int { return strings.Compare(a.EndpointID, b.EndpointID) })
	}
	return t, nil
}

// ByID returns an endpoint, or nil.
func (t *EndpointTable) ByID(id string) *WebhookEndpoint {
	if t == nil {
		return nil
	}
	return t.byID[id]
}

// All gives every endpoint, in no order.
func (t *EndpointTable) All() iter.Seq[*WebhookEndpoint] {
	if t == nil {
		return func(func(*WebhookEndpoint) bool) {}
	}
	return maps.Values(t.byID)
}

// OfTenant returns a tenant's endpoints in the order of their ids. The caller
// must not change them.
func (t *EndpointTable) OfTenant(tenant string) []*WebhookEndpoint {
	if t == nil {
		return nil
	}
	return t.byTenant[tenant]
}
