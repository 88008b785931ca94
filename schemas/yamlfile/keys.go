package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checkKeys refuses keys of a YAML document that the form of into does not
// have, and names the nearest that it has. The YAML library can refuse them,
// but not say what was meant.
func checkKeys(n *yaml.Node, into any) error {
	return checkNode(n, reflect.TypeOf(into))
}

func checkNode(n *yaml.Node, form reflect.Type) error {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return At(n, errors.New("anchors and aliases are not read here"))
	}
	if n.Kind == yaml.DocumentNode {
		return checkNode(n.Content[0], form)
	}
	for form.Kind() == reflect.Pointer {
		form = form.Elem()
	}
	_, readsItself := reflect.TypeAssert[yaml.Unmarshaler](reflect.New(form))
	switch {
	case !readsItself && form.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		return checkMapping(n, form)
	case !readsItself && form.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		form = form.Elem()
	default:
		form = reflect.TypeFor[any]() // its own reader sees to it; look for aliases only
	}
	for _, child := range n.Content {
		if err := checkNode(child, form); err != nil {
			return err
		}
	}
	return nil
}

func checkMapping(n *yaml.Node, form reflect.Type) error {
	fields := make(map[string]reflect.Type, form.NumField())
	names := make([]string, 0, form.NumField())
	for part := range form.Fields() {
		name := part.Tag.Get("yaml")
		if name == "" { // not of the file
			continue
		}
		names = append(names, name)
		fields[name] = part.Type
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, known := fields[key.Value]
		if !known {
			hint := DidYouMean(key.Value, names)
			if hint == "" {
				hint = "; the keys here are " + strings.Join(names, ", ")
			}
			return At(key, fmt.Errorf("there is no key %s%s", key.Value, hint))
		}
		if err := checkNode(n.Content[i+1], field); err != nil {
			return err
		}
	}
	return nil
}

// At says where in the file an error lies.
func At(n *yaml.Node, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("line %d: %w", n.Line, err)
}
