package tracking

import (
	"bytes"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/tracking/body"
)

// bodySchema is the published JSON Schema of bodies in Waybill's own form.
var bodySchema = sync.OnceValues(func() (*jsonschema.Schema, error) { return published("webhook") })

func published(name string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile("../../docs/" + name + ".v1.schema.json")
}

// requireValid checks a body against the published schema.
func requireValid(t tester, text []byte) {
	t.Helper()
	schema, err := bodySchema()
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(value), "%s", text)
}

func TestBodiesAreValid(t *testing.T) {
	bodies := 0
	rapid.Check(t, func(rt *rapid.T) {
		for _, j := range play(rt, histories(rt), nil).jobs {
			requireValid(rt, j.Body)
			bodies++
		}
	})
	require.Positive(t, bodies)
}

// The schema refuses what is no body.
func TestTheSchemaRefuses(t *testing.T) {
	schema, err := bodySchema()
	require.NoError(t, err)
	for _, text := range []string{`{}`, `[]`, `{"id": 1}`, string(body.Append(nil, &body.Webhook{}))} { // null for lists
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
		require.NoError(t, err)
		require.Error(t, schema.Validate(value), text)
	}
}

// What a test of an endpoint carries (W9) is as published, and no webhook of a parcel.
func TestBodyOfATestIsAsPublished(t *testing.T) {
	text := (*body.Dialects)(nil).Test(body.DialectWaybill, "id", "ep_1", day1)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	schema, err := published("test")
	require.NoError(t, err)
	require.NoError(t, schema.Validate(value), "%s", text)
	schema, err = bodySchema()
	require.NoError(t, err)
	require.Error(t, schema.Validate(value))
}
