package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the generator does not know is an error, never a wrong function.
func TestUnsupportedSchemasAreRefused(t *testing.T) {
	tests := []struct{ name, schema, problem string }{
		{"a union of two types", `["string", "int"]`, "not of null and one type"},
		{"a name that is nowhere", `"Place"`, `"Place" is not known`},
		{"another logical type", `{"type": "int", "logicalType": "date"}`, "logical type date"},
		{"an array of arrays", `{"type": "array", "items": {"type": "array", "items": "string"}}`, "array of array"},
		{"an enum that differs", `{"type": "enum", "name": "Leg", "symbols": ["up"]}`, "Leg is defined otherwise"},
		{"a record that differs", `{"type": "record", "name": "EtaChange", "fields": []}`, "EtaChange is defined otherwise"},
		{"a record without a Go type", `{"type": "record", "name": "Other", "fields": []}`, "Other has no Go type"},
		{"a field without a Go field", `{"type": "record", "name": "EtaChange", "fields": [{"name": "new", "type": "int"}]}`, "field new of EtaChange"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &contract{
				names:   structs{"ETAChange": {"from_date": "FromDate"}},
				records: map[string]*record{"EtaChange": {name: "ETAChange", fields: []field{{name: "FromDate"}}}},
				enums:   map[string]*enum{"Leg": {name: "Leg", symbols: []string{"forward"}}},
			}
			var raw any
			require.NoError(t, json.Unmarshal([]byte(tt.schema), &raw))
			_, err := c.read(raw)
			require.ErrorContains(t, err, tt.problem)
		})
	}
}
