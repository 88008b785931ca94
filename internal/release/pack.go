package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// papers go with the program into each archive.
var papers = []string{"LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "SECURITY.md"} //nolint:gochecknoglobals // a constant list

// pack writes the archive: the program and the papers in one folder, all with
// the same owner and time.
func pack(archive, folder, program string, dated time.Time) (err error) {
	file, err := os.Create(archive)
	if err != nil {
		return fmt.Errorf("making the archive: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	zipped := gzip.NewWriter(file)
	packed := tar.NewWriter(zipped)
	for _, path := range append([]string{program}, papers...) {
		if err := add(packed, path, folder, dated); err != nil {
			return fmt.Errorf("packing %s: %w", path, err)
		}
	}
	return errors.Join(packed.Close(), zipped.Close())
}

func add(packed *tar.Writer, path, folder string, dated time.Time) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if filepath.Base(path) == "waybill" {
		mode = 0o755
	}
	err = packed.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: folder + "/" + filepath.Base(path), Size: int64(len(content)),
		Mode: mode, ModTime: dated, Format: tar.FormatUSTAR,
	})
	if err != nil {
		return err
	}
	_, err = packed.Write(content)
	return err
}

// writeSums writes SHA256SUMS over every file of the release, as `sha256sum
// --check` reads it.
func writeSums(folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("listing the release: %w", err)
	}
	var sums strings.Builder
	for _, file := range files {
		sum, err := sumOf(filepath.Join(folder, file.Name()))
		if err != nil {
			return fmt.Errorf("summing %s: %w", file.Name(), err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sum, file.Name())
	}
	if err := os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o600); err != nil {
		return fmt.Errorf("writing the checksums: %w", err)
	}
	return nil
}

func sumOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return nil, err
	}
	return hash.Sum(nil), nil
}
