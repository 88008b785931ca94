package schemas

import (
	"bytes"
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
	rows     map[string]endpointRow // by id, the refused among them
	byTenant map[string]*tenantEndpoints
}

// endpointRow is an endpoint beside the bytes that it was read from.
type endpointRow struct {
	value    []byte
	endpoint *WebhookEndpoint
}

// tenantEndpoints are those of one tenant that are not refused.
type tenantEndpoints struct {
	all      []*WebhookEndpoint // in the order of their ids
	byChoice map[choice][]*WebhookEndpoint
}

// choice is one type of event in one main status that an endpoint chose; anything
// where it chose none.
type choice struct{ kind, status string }

const (
	anything = ""
	// fewEndpoints of a tenant are looked through quicker than looked up.
	fewEndpoints = 32
)

// NewEndpointTable builds the table from the topic's values by key, which is the
// endpoint's id.
func NewEndpointTable(codec *Codec[WebhookEndpoint], entries map[string][]byte) (*EndpointTable, error) {
	return (*EndpointTable)(nil).Renewed(codec, entries)
}

// Renewed is NewEndpointTable where most entries are those that t was built
// from: only the others are read, and only their tenants looked at. It keeps the
// values, which must not be changed.
func (t *EndpointTable) Renewed(codec *Codec[WebhookEndpoint], entries map[string][]byte) (*EndpointTable, error) {
	next := &EndpointTable{rows: make(map[string]endpointRow, len(entries)), byTenant: make(map[string]*tenantEndpoints)}
	if t != nil {
		next.rows, next.byTenant = maps.Clone(t.rows), maps.Clone(t.byTenant)
	}
	changed := make(map[string][]*WebhookEndpoint) // tenants
	for id, value := range entries {
		was, known := next.rows[id]
		if known && bytes.Equal(was.value, value) {
			continue
		}
		e, err := codec.Decode(value)
		if err != nil {
			return nil, fmt.Errorf("reading endpoint %s: %w", id, err)
		}
		changed[e.Tenant] = nil
		if known {
			changed[was.endpoint.Tenant] = nil
		}
		next.rows[id] = endpointRow{value, e}
	}
	if len(next.rows) > len(entries) {
		for id, was := range next.rows {
			if _, still := entries[id]; !still {
				changed[was.endpoint.Tenant] = nil
				delete(next.rows, id)
			}
		}
	}
	next.regroup(changed)
	return next, nil
}

// regroup makes the lists of these tenants anew.
func (t *EndpointTable) regroup(tenants map[string][]*WebhookEndpoint) {
	if len(tenants) == 0 {
		return
	}
	for _, row := range t.rows {
		if list, changed := tenants[row.endpoint.Tenant]; changed && row.endpoint.State != EndpointRejected {
			tenants[row.endpoint.Tenant] = append(list, row.endpoint)
		}
	}
	for tenant, list := range tenants {
		if len(list) == 0 {
			delete(t.byTenant, tenant)
			continue
		}
		slices.SortFunc(list, byEndpointID)
		t.byTenant[tenant] = &tenantEndpoints{all: list, byChoice: choicesOf(list)}
	}
}

func byEndpointID(a, b *WebhookEndpoint) int { return strings.Compare(a.EndpointID, b.EndpointID) }

// choicesOf tells who made each choice, where they are many.
func choicesOf(list []*WebhookEndpoint) map[choice][]*WebhookEndpoint {
	if len(list) <= fewEndpoints {
		return nil
	}
	made := make(map[choice][]*WebhookEndpoint)
	for _, e := range list {
		for _, kind := range orAnything(e.Types) {
			for _, status := range orAnything(e.Statuses) {
				c := choice{kind, strings.ToUpper(status)}
				made[c] = append(made[c], e)
			}
		}
	}
	return made
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
	if row := t.rows[id]; row.endpoint != nil && row.endpoint.State != EndpointRejected {
		return row.endpoint
	}
	return nil
}

// All gives every endpoint, in no order.
func (t *EndpointTable) All() iter.Seq[*WebhookEndpoint] {
	return func(yield func(*WebhookEndpoint) bool) {
		if t == nil {
			return
		}
		for _, row := range t.rows {
			if row.endpoint.State != EndpointRejected && !yield(row.endpoint) {
				return
			}
		}
	}
}

// OfTenant returns a tenant's endpoints in the order of their ids. The caller
// must not change them.
func (t *EndpointTable) OfTenant(tenant string) []*WebhookEndpoint {
	if own := t.of(tenant); own != nil {
		return own.all
	}
	return nil
}

func (t *EndpointTable) of(tenant string) *tenantEndpoints {
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
	own := t.of(tenant)
	switch {
	case own == nil:
		return dst
	case len(own.all) <= fewEndpoints:
		return append(dst, own.all...)
	}
	from := len(dst)
	look := func(kind string) {
		dst = append(dst, own.byChoice[choice{kind, anything}]...)
		for _, status := range statuses {
			dst = append(dst, own.byChoice[choice{kind, strings.ToUpper(status)}]...)
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
