package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"

	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var openapiYAML []byte

// document is openapi.yaml as JSON.
func document() (json.RawMessage, error) {
	var tree map[string]any
	err := yaml.Unmarshal(openapiYAML, &tree)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("writing the OpenAPI document: %w", err)
	}
	return text, nil
}

// openAPI serves the document of this API.
func (a *API) openAPI(*call) (*answer, error) {
	return &answer{status: http.StatusOK, body: a.document}, nil
}
