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
	byChoice map[choice][]*WebhookEndpoint // of tenants with many
}

// choice is one type of event in one main status that an endpoint chose; anything
// where it chose none.
type choice struct{ tenant, kind, status string }

const (
	anything = ""
	// fewEndpoints of a tenant are looked through quicker than looked up.
	fewEndpoints = 32
)

// NewEndpointTable builds the table from the topic's values by key.
func NewEndpointTable(codec *Codec[WebhookEndpoint], entries map[string][]byte) (*EndpointTable, error) {
	t := &EndpointTable{
		byID:     make(map[string]*WebhookEndpoint, len(entries)),
		byTenant: make(map[string][]*WebhookEndpoint),
		byChoice: make(map[choice][]*WebhookEndpoint),
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
		slices.SortFunc(list, byEndpointID)
		if len(list) > fewEndpoints {
			t.addChoices(list)
		}
	}
	return t, nil
}

func byEndpointID(a, b *WebhookEndpoint) int { return strings.Compare(a.EndpointID, b.EndpointID) }

func (t *EndpointTable) addChoices(list []*WebhookEndpoint) {
	for _, e := range list {
		for _, kind := range orAnything(e.Types) {
			for _, status := range orAnything(e.Statuses) {
				c := choice{e.Tenant, kind, strings.ToUpper(status)}
				t.byChoice[c] = append(t.byChoice[c], e)
			}
		}
	}
}

func orAnything(chosen []string) []string {
	if len(chosen) == 0 {
		return []string{anything}
	}
	return chosen
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

// Candidates appends to dst, in the order of their ids, those of a tenant's
// endpoints that can have chosen an event of these types in one of these main
// statuses: all that did, and of a tenant with few maybe others. So the cost of
// an event is that of the webhooks it becomes, however many endpoints there are.
func (t *EndpointTable) Candidates(dst []*WebhookEndpoint, tenant string, kinds, statuses []string) []*WebhookEndpoint {
	all := t.OfTenant(tenant)
	if len(all) <= fewEndpoints {
		return append(dst, all...)
	}
	from := len(dst)
	look := func(kind string) {
		dst = append(dst, t.byChoice[choice{tenant, kind, anything}]...)
		for _, status := range statuses {
			dst = append(dst, t.byChoice[choice{tenant, kind, strings.ToUpper(status)}]...)
		}
	}
	look(anything)
	for _, kind := range kinds {
		look(kind)
	}
	found := dst[from:]
	slices.SortFunc(found, byEndpointID)
	return dst[:from+len(slices.Compact(found))]
}
