package schemas

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples of the AsyncAPI document are values that the codecs read, and
// write and read again.
func TestExamplesAreRead(t *testing.T) {
	c := mustCodecs(t)
	reads := map[string]func(*testing.T, string){
		"Registration": readsExample(c.Registration), "CarrierEvent": readsExample(c.CarrierEvent), "TrackingEvent": readsExample(c.TrackingEvent),
		"Decision": readsExample(c.Decision), "Shipment": readsExample(c.Shipment), "EndpointCommand": readsExample(c.EndpointCommand),
		"EndpointEvent": readsExample(c.EndpointEvent), "EndpointSignal": readsExample(c.EndpointSignal), "WebhookEndpoint": readsExample(c.WebhookEndpoint),
		"WebhookJob": readsExample(c.WebhookJob), "WebhookAttempt": readsExample(c.WebhookAttempt), "Baseline": readsExample(c.Baseline),
		"Usage": readsExample(c.Usage), "Quota": readsExample(c.Quota), "PollRequest": readsExample(c.PollRequest), "AuditEntry": readsExample(c.AuditEntry),
	}
	records, err := Records()
	require.NoError(t, err)
	require.Len(t, records, len(reads))
	for _, r := range records {
		t.Run(r.Name, func(t *testing.T) {
			example, err := r.Example()
			require.NoError(t, err)
			require.Contains(t, reads, r.Name)
			reads[r.Name](t, example)
		})
	}
}

func readsExample[T any](c *Codec[T]) func(*testing.T, string) {
	return func(t *testing.T, example string) {
		v, err := c.Decode([]byte(example))
		require.NoError(t, err)
		data, err := c.Encode(v)
		require.NoError(t, err)
		again, err := c.Decode(data)
		require.NoError(t, err)
		require.Equal(t, v, again)
	}
}

func TestFindRecord(t *testing.T) {
	for _, name := range []string{"Shipment", "shipment", "shipments"} {
		r, err := FindRecord(name)
		require.NoError(t, err)
		require.Equal(t, "waybill.v1.Shipment", r.FullName)
		require.NoError(t, r.Reads(r.Versions[0]))
	}
	_, err := FindRecord("tracking-state")
	require.ErrorContains(t, err, `there is no record type "tracking-state"`)
}
