package endpointclient

import "waybill/schemas"

// liveTable holds the endpoints that there are.
type liveTable struct {
	tenants  map[string]string                              // by key
	byTenant map[string]map[string]*schemas.WebhookEndpoint // then by key
}

func newLiveTable() *liveTable {
	return &liveTable{make(map[string]string), make(map[string]map[string]*schemas.WebhookEndpoint)}
}

func (t *liveTable) put(key string, e *schemas.WebhookEndpoint) {
	t.remove(key)
	t.tenants[key] = e.Tenant
	if t.byTenant[e.Tenant] == nil {
		t.byTenant[e.Tenant] = make(map[string]*schemas.WebhookEndpoint)
	}
	t.byTenant[e.Tenant][key] = e
}

func (t *liveTable) remove(key string) {
	tenant := t.tenants[key]
	delete(t.tenants, key)
	delete(t.byTenant[tenant], key)
	if len(t.byTenant[tenant]) == 0 {
		delete(t.byTenant, tenant)
	}
}
