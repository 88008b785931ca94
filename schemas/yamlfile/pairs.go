package yamlfile

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Pair is one line of a mapping whose keys are the writer's own.
type Pair struct {
	Key, Value string
	Line       int
}

// Pairs is such a mapping, in the order of the file. No key stands twice.
type Pairs []Pair

// UnmarshalYAML reads the pairs.
func (p *Pairs) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return At(n, errors.New("lines of the form key: value are wanted here"))
	}
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			return At(value, fmt.Errorf("the value of %s is not one text", key.Value))
		}
		if first, twice := lines[key.Value]; twice {
			return At(key, fmt.Errorf("%s stands in line %d already", key.Value, first))
		}
		lines[key.Value] = key.Line
		*p = append(*p, Pair{key.Value, value.Value, key.Line})
	}
	return nil
}
