package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// platforms are those that a release is built for, as GOOS/GOARCH.
const platforms = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64"

func main() {
	var o options
	flag.StringVar(&o.version, "version", "", "version that the program says of itself, v1.2.3")
	flag.StringVar(&o.out, "out", "bin/release", "folder for the files; what it holds is removed")
	list := flag.String("platforms", platforms, "platforms to build for, GOOS/GOARCH, with commas between")
	flag.Parse()
	o.platforms = strings.Split(*list, ",")
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

type options struct {
	version   string
	out       string
	platforms []string
}

// run writes a release of the tree in the working directory.
func run(ctx context.Context, o options) error {
	if o.version == "" {
		return errors.New("reading the flags: -version is empty; `make release` gives the one of the newest tag")
	}
	if err := checkChangelog(o.version); err != nil {
		return err
	}
	dated, err := commitTime(ctx)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(o.out); err != nil {
		return fmt.Errorf("making room for the release: %w", err)
	}
	if err := os.MkdirAll(o.out, 0o750); err != nil {
		return fmt.Errorf("making the folder of the release: %w", err)
	}
	for _, platform := range o.platforms {
		if err := releaseFor(ctx, o, platform, dated); err != nil {
			return fmt.Errorf("releasing for %s: %w", platform, err)
		}
	}
	return writeSums(o.out)
}

// released is a version that others get, not one between.
var released = regexp.MustCompile(`^v(\d+\.\d+\.\d+)$`)

// checkChangelog refuses a version that the changelog does not tell of.
func checkChangelog(version string) error {
	number := released.FindStringSubmatch(version)
	if number == nil {
		return nil
	}
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return fmt.Errorf("looking for %s in the changelog: %w", version, err)
	}
	if heading := "## " + number[1]; !slices.ContainsFunc(strings.Split(string(text), "\n"), func(line string) bool { return line == heading || strings.HasPrefix(line, heading+" ") }) {
		return fmt.Errorf("looking for %s in the changelog: CHANGELOG.md has no heading %q; move there what stands under Unreleased", version, heading)
	}
	return nil
}

// releaseFor writes the archive and the bill of materials of one platform.
func releaseFor(ctx context.Context, o options, platform string, dated time.Time) error {
	program, err := build(ctx, o.version, platform)
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(program)) //nolint:errcheck // a scratch folder
	name := "waybill-" + o.version + "-" + strings.ReplaceAll(platform, "/", "-")
	bill, err := billOfMaterials(ctx, program, o.version, dated)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.out, name+".cdx.json"), bill, 0o600); err != nil {
		return fmt.Errorf("writing the bill of materials: %w", err)
	}
	return pack(filepath.Join(o.out, name+".tar.gz"), name, program, dated)
}
