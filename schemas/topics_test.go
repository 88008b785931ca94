package schemas

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTopicsAreNamedOnceAndBounded(t *testing.T) {
	seen := map[string]bool{}
	for _, topic := range Topics() {
		require.False(t, seen[topic.Name], topic.Name)
		seen[topic.Name] = true
		require.NotZero(t, topic.MaxBytes, topic.Name)
		require.True(t, topic.Compacted || topic.Retention > 0, "%s would grow for ever", topic.Name)
		require.False(t, topic.Input && topic.Compacted, topic.Name)
	}
}

func TestEndpointTable(t *testing.T) {
	codec := mustCodecs(t).WebhookEndpoint
	entries := map[string][]byte{}
	for _, e := range []WebhookEndpoint{
		{EndpointID: "b", Tenant: "t", State: EndpointEnabled, Order: OrderShipment},
		{EndpointID: "a", Tenant: "t", State: EndpointDisabled, Order: OrderShipment},
		{EndpointID: "r", Tenant: "t", State: EndpointRejected, Order: OrderShipment},
	} {
		data, err := codec.Encode(&e)
		require.NoError(t, err)
		entries[e.EndpointID] = data
	}
	table, err := NewEndpointTable(codec, entries)
	require.NoError(t, err)
	require.Len(t, table.OfTenant("t"), 2)
	require.Equal(t, "a", table.OfTenant("t")[0].EndpointID)
	require.Nil(t, table.ByID("r"))
	require.Nil(t, (*EndpointTable)(nil).ByID("a"), "no table is an empty table")

	entries["x"] = []byte("no")
	_, err = NewEndpointTable(codec, entries)
	require.ErrorContains(t, err, "reading endpoint x")
}

func TestTopicsOfAGroup(t *testing.T) {
	for group, wants := range map[Group][]string{
		GroupTracking:  {TopicRegistrations, TopicCarrierEvents, TopicRerouted, TopicTrackingState},
		GroupDelivery:  {TopicWebhookJobs, TopicWebhookQueue},
		GroupEndpoints: {TopicEndpointCommands, TopicEndpointSignals, TopicEndpointState},
		GroupQuotas:    {TopicUsage, TopicQuotaState},
	} {
		inputs, changelog := group.Topics()
		require.Equal(t, wants, append(inputs, changelog))
	}
}
