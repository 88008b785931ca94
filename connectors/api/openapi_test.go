package api_test

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"waybill/internal/roles/rolestest"
)

// The document is one by the specification's own schema, is served as it is
// written, and each operation says what a user must know.
func TestDocument(t *testing.T) {
	s := serve(t, rolestest.New(t), makeKeys(t))
	served := s.do(t, "", http.MethodGet, "/v4/openapi.json", nil)
	require.Equal(t, http.StatusOK, served.Status)

	schema, err := os.ReadFile("testdata/openapi-3.1.schema.json")
	require.NoError(t, err)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("oas.json", parsed))
	compiled, err := compiler.Compile("oas.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(served.Body))
	require.NoError(t, err)
	require.NoError(t, compiled.Validate(document))
	tree := document.(map[string]any)
	requireRefs(t, tree, tree)

	ids := make(map[string]bool)
	for path, item := range tree["paths"].(map[string]any) {
		for method, node := range item.(map[string]any) {
			operation, is := node.(map[string]any)
			if !is {
				continue // parameters of all
			}
			name := method + " " + path
			id, _ := operation["operationId"].(string)
			require.False(t, ids[id], "%s: the operationId %q is taken", name, id)
			ids[id] = true
			require.NotEmpty(t, operation["summary"], name)
			require.NotEmpty(t, operation["tags"], name)
			responses := operation["responses"].(map[string]any)
			require.Contains(t, responses, "4XX", name)
			require.Contains(t, responses, "5XX", name)
			if _, open := operation["security"]; !open {
				require.Contains(t, operation["description"], "Scope `", "%s does not say which scope it needs", name)
			}
		}
	}
}

// requireRefs follows every reference within the document.
func requireRefs(t *testing.T, tree map[string]any, node any) {
	t.Helper()
	switch v := node.(type) {
	case map[string]any:
		if ref, is := v["$ref"].(string); is {
			at := any(tree)
			for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				at = at.(map[string]any)[step]
				require.NotNil(t, at, ref)
			}
		}
		for _, below := range v {
			requireRefs(t, tree, below)
		}
	case []any:
		for _, below := range v {
			requireRefs(t, tree, below)
		}
	}
}

// The API has the operations of the document, and no others.
func TestRoutesAreThoseOfTheDocument(t *testing.T) {
	s := serve(t, rolestest.New(t), makeKeys(t))
	families, err := s.Registry.Gather() // each route has its series from the start
	require.NoError(t, err)
	served := make(map[string]bool)
	for _, family := range families {
		if family.GetName() != "waybill_api_request_seconds" {
			continue
		}
		for _, m := range family.GetMetric() {
			served[m.GetLabel()[0].GetValue()] = true
		}
	}
	written := map[string]bool{"unknown": true}
	for path, item := range s.document.tree["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			if method != "parameters" {
				written[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	require.Equal(t, written, served)
}
