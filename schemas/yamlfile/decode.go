package yamlfile

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"
)

// Decode reads the one document of a file into a form. Keys that the form does
// not have are refused, and so are anchors and aliases; the error names the
// line.
func Decode(data []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the file is empty")
		}
		return err
	}
	if err := d.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return errors.New("a second document follows the first; one a file is wanted")
	}
	if err := checkKeys(&doc, into); err != nil {
		return err
	}
	return doc.Decode(into)
}
