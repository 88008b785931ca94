package registry_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// A registry of another make holds the contract as the fake one does, and
// Confluent's own serializers meet Waybill through it.
func TestApicurio(t *testing.T) {
	t.Parallel()
	url := apicurio(t)
	t.Run("contract", func(t *testing.T) { conforms(t, url) })
	t.Run("serializers", func(t *testing.T) { meets(t, url) })
}

// The same serializers with the fake registry, for machines without Java.
func TestConfluentSerializers(t *testing.T) {
	t.Parallel()
	meets(t, newFake(t).URL())
}

// meets runs tracking with a registry: what Confluent's serializer for Python
// writes becomes an event that its deserializer reads.
func meets(t *testing.T, url string) {
	python, err := filepath.Abs("../../bin/registry-python/bin/python")
	require.NoError(t, err)
	if _, err := os.Stat(python); err != nil {
		t.Skipf("no serializers of Confluent for this test: make bin/registry-python (%v)", err)
	}
	d := rolestest.New(t, "--reorder-hold", "0s")
	prefix, brokers := d.Settings.Kafka.Prefix, strings.Join(d.Settings.Kafka.Addrs(), ",")
	r := open(t, url)
	theirs := open(t, url, withPrefix(prefix))
	_, err = theirs.Register(t.Context(), false)
	require.NoError(t, err)
	ids, err := theirs.IDs(t.Context())
	require.NoError(t, err)
	d.Codecs, err = schemas.Confluent{Registry: r, IDs: ids}.NewCodecs()
	require.NoError(t, err)
	o := d.Options()
	o.Registry = r
	d.RunWith(t, o, roles.Tracking)

	run := func(input any, args ...string) []byte {
		t.Helper()
		text, err := json.Marshal(input)
		require.NoError(t, err)
		command := exec.CommandContext(t.Context(), python, append([]string{"testdata/python/interop.py"}, args...)...)
		command.Stdin = bytes.NewReader(text)
		var said bytes.Buffer
		command.Stderr = &said
		out, err := command.Output()
		require.NoError(t, err, "%s", &said)
		return out
	}
	schema := func(record, text string) string {
		path := filepath.Join(t.TempDir(), record+".avsc")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	const key = "royal-mail:AB123456785GB"
	registration, err := schemas.FindRecord(schemas.TopicRegistrations)
	require.NoError(t, err)
	run(map[string]any{"tenant": "acme", "carrier": "royal-mail", "tracking_number": "AB123456785GB", "reference": "order-7"},
		"write", brokers, url, prefix+schemas.TopicRegistrations, key, schema("registration", registration.Newest()))
	const theirEvent = `{"type":"record","name":"CarrierEvent","namespace":"com.shop","fields":[
		{"name":"shelf","type":"int","default":0},{"name":"tracking_number","type":"string"},{"name":"carrier","type":"string"},{"name":"code","type":"string"},{"name":"occurred_at","type":"long"}]}`
	run(map[string]any{"shelf": 3, "carrier": "royal-mail", "tracking_number": "AB123456785GB", "code": "transit.picked_up", "occurred_at": 1777888800000},
		"write", brokers, url, prefix+schemas.TopicCarrierEvents, key, schema("event", theirEvent))

	var event struct {
		TrackingNumber string `json:"tracking_number"`
		Code           string `json:"code"`
	}
	require.NoError(t, json.Unmarshal(run(nil, "read", brokers, url, prefix+schemas.TopicTrackingEvents), &event))
	require.Equal(t, "AB123456785GB", event.TrackingNumber)
	require.Equal(t, "transit.picked_up", event.Code)
}
