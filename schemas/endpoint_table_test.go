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

// A table that is made of the one before is the one that is made of nothing,
// whatever became of the entries, and the one before stays as it was.
func TestEndpointTableIsRenewed(t *testing.T) {
	codecs, err := NewCodecs()
	require.NoError(t, err)
	r := rand.New(rand.NewSource(11))
	entries := make(map[string][]byte)
	var table *EndpointTable
	for range 300 {
		for range r.Intn(4) {
			id := fmt.Sprintf("ep-%02d", r.Intn(90))
			if r.Intn(4) == 0 {
				delete(entries, id)
				continue
			}
			e := randomEndpoints(r, []string{"one", "other"}[r.Intn(2)], 1)[0]
			e.EndpointID, e.State = id, []string{EndpointEnabled, EndpointSuspended, EndpointRejected}[r.Intn(3)]
			entries[id], err = codecs.WebhookEndpoint.Encode(e)
			require.NoError(t, err)
		}
		before := table
		shown := fmt.Sprint(before.OfTenant("one"), before.OfTenant("other"))
		table, err = before.Renewed(codecs.WebhookEndpoint, entries)
		require.NoError(t, err)
		fresh, err := NewEndpointTable(codecs.WebhookEndpoint, entries)
		require.NoError(t, err)
		require.Equal(t, fresh, table)
		require.Equal(t, shown, fmt.Sprint(before.OfTenant("one"), before.OfTenant("other")))
	}
}

// What one changed endpoint among ten thousand costs is not that of reading all.
func TestRenewedReadsOnlyWhatChanged(t *testing.T) {
	codecs, err := NewCodecs()
	require.NoError(t, err)
	const endpoints = 10_000
	entries := make(map[string][]byte, endpoints)
	for i := range endpoints {
		e := &WebhookEndpoint{EndpointID: fmt.Sprintf("ep-%05d", i), Tenant: fmt.Sprintf("tenant-%d", i/10), State: EndpointEnabled, Order: OrderShipment}
		entries[e.EndpointID], err = codecs.WebhookEndpoint.Encode(e)
		require.NoError(t, err)
	}
	table, err := NewEndpointTable(codecs.WebhookEndpoint, entries)
	require.NoError(t, err)
	states := []string{EndpointSuspended, EndpointEnabled}
	allocations := testing.AllocsPerRun(10, func() {
		e := *table.ByID("ep-00015")
		e.State, states[0], states[1] = states[0], states[1], states[0]
		entries[e.EndpointID], err = codecs.WebhookEndpoint.Encode(&e)
		require.NoError(t, err)
		next, err := table.Renewed(codecs.WebhookEndpoint, entries)
		require.NoError(t, err)
		require.Equal(t, e.State, next.ByID(e.EndpointID).State)
		require.Same(t, table.ByID("ep-00016"), next.ByID("ep-00016"))
		table = next
	})
	require.Less(t, allocations, 500.0)
}

// BenchmarkEndpointTable is a change of one endpoint: with the table before it,
// and without.
func BenchmarkEndpointTable(b *testing.B) {
	codecs, err := NewCodecs()
	require.NoError(b, err)
	for _, endpoints := range []int{100, 10_000} {
		for _, own := range []int{10, 1000} { // of each tenant
			entries := make(map[string][]byte, endpoints)
			for i := range endpoints {
				e := randomEndpoints(rand.New(rand.NewSource(int64(i))), fmt.Sprintf("tenant-%d", i/own), 1)[0]
				e.EndpointID = fmt.Sprintf("ep-%05d", i)
				entries[e.EndpointID], err = codecs.WebhookEndpoint.Encode(e)
				require.NoError(b, err)
			}
			table, err := NewEndpointTable(codecs.WebhookEndpoint, entries)
			require.NoError(b, err)
			for _, before := range []*EndpointTable{nil, table} {
				b.Run(fmt.Sprintf("renewed=%t/endpoints=%d/of a tenant=%d", before != nil, endpoints, own), func(b *testing.B) {
					b.ReportAllocs()
					other := *table.ByID("ep-00015")
					for i := range b.N {
						other.Revision = int64(i)
						entries[other.EndpointID], _ = codecs.WebhookEndpoint.Encode(&other)
						if _, err := before.Renewed(codecs.WebhookEndpoint, entries); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
