package schemas

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomEndpoints gives a tenant's endpoints with choices of a few types and
// statuses, or of none.
func randomEndpoints(r *rand.Rand, tenant string, n int) []*WebhookEndpoint {
	some := func(of ...string) []string {
		r.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		return of[:r.Intn(len(of))]
	}
	list := make([]*WebhookEndpoint, n)
	for i := range list {
		list[i] = &WebhookEndpoint{
			EndpointID: fmt.Sprintf("%s-%03d", tenant, i), Tenant: tenant, State: EndpointEnabled, Order: OrderShipment,
			Types: some(TypeDelivered, TypeDelayed, TypeMilestone, TypeStatusChanged), Statuses: some("IN_TRANSIT", "delivered", "not_found", "FAILED"),
		}
	}
	return list
}

// Whoever chose an event is a candidate, in the order of ids, each once; and of a
// tenant with many nobody else is.
func TestCandidates(t *testing.T) {
	codecs, err := NewCodecs()
	require.NoError(t, err)
	r := rand.New(rand.NewSource(7))
	entries, all := make(map[string][]byte), make(map[string][]*WebhookEndpoint)
	for tenant, n := range map[string]int{"few": fewEndpoints, "many": 400, "others": 50} {
		all[tenant] = randomEndpoints(r, tenant, n)
		for _, e := range all[tenant] {
			entries[e.EndpointID], err = codecs.WebhookEndpoint.Encode(e)
			require.NoError(t, err)
		}
	}
	table, err := NewEndpointTable(codecs.WebhookEndpoint, entries)
	require.NoError(t, err)

	kinds, statuses := []string{TypeDelivered, TypeMilestone, TypeEvent}, []string{"DELIVERED", "not_found"}
	for tenant, list := range all {
		var want, got []string
		for _, e := range list {
			kind := len(e.Types) == 0 || slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(e.Types, k) })
			status := len(e.Statuses) == 0 || slices.ContainsFunc(e.Statuses, func(s string) bool {
				return strings.EqualFold(s, statuses[0]) || strings.EqualFold(s, statuses[1])
			})
			if tenant == "few" || kind && status {
				want = append(want, e.EndpointID)
			}
		}
		before := &WebhookEndpoint{}
		found := table.Candidates([]*WebhookEndpoint{before}, tenant, kinds, statuses)
		require.Same(t, before, found[0], "it appends")
		for _, e := range found[1:] {
			got = append(got, e.EndpointID)
		}
		require.Equal(t, want, got, tenant)
	}
	require.Less(t, len(table.Candidates(nil, "many", kinds, statuses)), 400)
	require.Empty(t, table.Candidates(nil, "strangers", kinds, statuses))
	require.Empty(t, (*EndpointTable)(nil).Candidates(nil, "many", kinds, statuses), "no table is an empty table")
}
