package apikeys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"waybill/schemas/yamlfile"
)

// keyFile is the file: YAML.
type keyFile struct {
	Keys []*Key `yaml:"keys"`
}

// read reads a file of keys.
func read(path string) (map[string]*Key, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the API keys: %w", err)
	}
	var file keyFile
	if err := yamlfile.Decode(data, &file); err != nil {
		return nil, fmt.Errorf("reading the API keys in %s: %w", path, err)
	}
	byID := make(map[string]*Key, len(file.Keys))
	for i, k := range file.Keys {
		if k == nil {
			return nil, fmt.Errorf("reading the API keys in %s: entry %d is empty", path, i+1)
		}
		err := k.check()
		if byID[k.ID] != nil {
			err = fmt.Errorf("the id %s stands there twice", k.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the API keys in %s: entry %d: %w", path, i+1, err)
		}
		byID[k.ID] = k
	}
	return byID, nil
}

// Entry writes a key as a file that has it alone.
func (k *Key) Entry() ([]byte, error) {
	text, err := yaml.Marshal(keyFile{Keys: []*Key{k}})
	if err != nil {
		return nil, fmt.Errorf("writing key %s: %w", k.ID, err)
	}
	return text, nil
}

// Add adds a key to a file, which is made if it is not there. Remarks in it
// stay.
func Add(path string, k *Key) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = k.Entry()
	} else if err == nil {
		data, err = with(data, path, k)
	}
	if err == nil {
		err = writeWhole(path, data)
	}
	if err != nil {
		return fmt.Errorf("adding an API key to %s: %w", path, err)
	}
	return nil
}

// with is a file's text with one more key.
func with(data []byte, path string, k *Key) ([]byte, error) {
	if _, err := read(path); err != nil {
		return nil, err
	}
	var doc, entry yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if err := entry.Encode(k); err != nil {
		return nil, err
	}
	root := doc.Content[0]
	for i := 0; i+1 < len(root.Content); i += 2 { // its one key is keys, as read has seen
		all := root.Content[i+1]
		all.Kind, all.Tag, all.Value, all.Style = yaml.SequenceNode, "!!seq", "", 0
		all.Content = append(all.Content, &entry)
	}
	return yaml.Marshal(&doc)
}

// Bootstrap makes the file with one key for a tenant, of scope admin, unless it
// is there. It returns the key's text, empty if the file was there.
func Bootstrap(path, tenant string) (string, error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	k, text, err := New(tenant, []string{ScopeAdmin})
	if err != nil {
		return "", err
	}
	entry, err := k.Entry()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = writeWhole(path, entry)
	}
	if err != nil {
		return "", fmt.Errorf("making a first API key: %w", err)
	}
	return text, nil
}

// writeWhole writes a file that is there in whole or not at all. One that is
// there stays where a link leads, and as readable as it was: whoever serves the
// API may be another user.
func writeWhole(path string, data []byte) (err error) {
	mode := fs.FileMode(0o600)
	if info, failed := os.Stat(path); failed == nil {
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = errors.Join(f.Chmod(mode), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
