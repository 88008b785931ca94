package api_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// apiDocument is openapi.yaml, against which every answer in these tests is held.
type apiDocument struct {
	tree     map[string]any
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by place in the document
}

const documentURL = "openapi.json"

func readDocument(t testing.TB) *apiDocument {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	var parsed any
	require.NoError(t, yaml.Unmarshal(text, &parsed))
	asJSON, err := json.Marshal(parsed)
	require.NoError(t, err)
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	require.NoError(t, err)
	forbidMore(tree)
	d := &apiDocument{tree: tree.(map[string]any), compiler: jsonschema.NewCompiler(), schemas: make(map[string]*jsonschema.Schema)}
	d.compiler.AssertFormat()
	require.NoError(t, d.compiler.AddResource(documentURL, tree))
	return d
}

// forbidMore has objects that list their properties hold no others: what is
// answered is what is written down. (Users are told that more may come.)
func forbidMore(node any) {
	switch v := node.(type) {
	case map[string]any:
		if _, lists := v["properties"]; lists && v["type"] == "object" && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, below := range v {
			forbidMore(below)
		}
	case []any:
		for _, below := range v {
			forbidMore(below)
		}
	}
}

// at returns what stands at a place, and the place where that in truth is.
func (d *apiDocument) at(t testing.TB, place ...string) (node map[string]any, pointer string) {
	t.Helper()
	node = d.tree
	for _, step := range place {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
		below, ok := node[step].(map[string]any)
		require.True(t, ok, "the document has nothing at %s", pointer)
		if ref, is := below["$ref"].(string); is {
			return d.at(t, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		}
		node = below
	}
	return node, pointer
}

// requireAnswer holds an answer against what the document says of the operation.
func (d *apiDocument) requireAnswer(t testing.TB, method, path string, r *reply) {
	t.Helper()
	if r.Status >= http.StatusBadRequest {
		require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
		d.requireValue(t, "/components/schemas/Problem", r.Body)
		return
	}
	template := d.template(path)
	require.NotEmpty(t, template, "the document has no path for %s", path)
	said, pointer := d.at(t, "paths", template, strings.ToLower(method), "responses", strconv.Itoa(r.Status))
	content, has := said["content"].(map[string]any)
	if !has {
		require.Empty(t, r.Body)
		return
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Contains(t, content, kind)
	if kind != "application/json" {
		return // a file
	}
	d.requireValue(t, pointer+"/content/application~1json/schema", r.Body)
}

// template finds the path of the document that a request's path is of.
func (d *apiDocument) template(path string) string {
	path, _, _ = strings.Cut(path, "?")
	have := strings.Split(path, "/")
	for template := range d.tree["paths"].(map[string]any) {
		want := strings.Split(template, "/")
		same := len(want) == len(have)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == have[i] || strings.HasPrefix(want[i], "{") && have[i] != ""
		}
		if same {
			return template
		}
	}
	return ""
}

func (d *apiDocument) requireValue(t testing.TB, pointer string, body []byte) {
	t.Helper()
	schema := d.schemas[pointer]
	if schema == nil {
		var err error
		schema, err = d.compiler.Compile(documentURL + "#" + pointer)
		require.NoError(t, err)
		d.schemas[pointer] = schema
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err, "%s", body)
	require.NoError(t, schema.Validate(value), "%s", body)
}
