package schemas

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The lists here are those of the schema.
func TestAuditListsAreThoseOfTheSchema(t *testing.T) {
	versions, err := Versions()
	require.NoError(t, err)
	var record struct {
		Fields []struct {
			Name string
			Type json.RawMessage
		}
	}
	newest := versions["audit_entry"]
	require.NoError(t, json.Unmarshal([]byte(newest[len(newest)-1]), &record))
	lists := map[string][]string{"act": AuditActs(), "outcome": AuditOutcomes()}
	for _, f := range record.Fields {
		if list, is := lists[f.Name]; is {
			var enum struct{ Symbols []string }
			require.NoError(t, json.Unmarshal(f.Type, &enum))
			require.Equal(t, slices.Concat([]string{"unknown"}, list), enum.Symbols, f.Name)
			delete(lists, f.Name)
		}
	}
	require.Empty(t, lists)
}
