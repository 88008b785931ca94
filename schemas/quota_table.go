package schemas

import "fmt"

// QuotaTable is the broadcast table quotas as one immutable value: how far each
// tenant's quota is used, where that was written.
type QuotaTable struct {
	byTenant map[string]*Quota
}

// NewQuotaTable builds the table from the topic's values by key.
func NewQuotaTable(codec *Codec[Quota], entries map[string][]byte) (*QuotaTable, error) {
	t := &QuotaTable{byTenant: make(map[string]*Quota, len(entries))}
	for key, value := range entries {
		q, err := codec.Decode(value)
		if err != nil {
			return nil, fmt.Errorf("reading the quota of %s: %w", key, err)
		}
		t.byTenant[q.Tenant] = q
	}
	return t, nil
}

// Of returns what is known of a tenant's quota, or nil.
func (t *QuotaTable) Of(tenant string) *Quota {
	if t == nil {
		return nil
	}
	return t.byTenant[tenant]
}
