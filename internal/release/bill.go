package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// billOfMaterials lists what is built into a program, as the program itself
// says: its modules with their checksums and licences, and Go's own library.
func billOfMaterials(ctx context.Context, program, version string, dated time.Time) ([]byte, error) {
	built, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("reading what the program was built from: %w", err)
	}
	bill := cdx.NewBOM()
	bill.Metadata = &cdx.Metadata{
		Timestamp: dated.Format(time.RFC3339),
		Component: &cdx.Component{
			BOMRef: "waybill", Type: cdx.ComponentTypeApplication, Name: "waybill", Version: version,
			Licenses: licensed("Apache-2.0"),
		},
	}
	parts := []cdx.Component{component("std", strings.TrimPrefix(built.GoVersion, "go"), "BSD-3-Clause")}
	for _, module := range built.Deps {
		part, err := componentOf(ctx, module)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	bill.Components = &parts
	var text bytes.Buffer
	if err := cdx.NewBOMEncoder(&text, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bill, cdx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("writing the bill of materials: %w", err)
	}
	return text.Bytes(), nil
}

func componentOf(ctx context.Context, module *debug.Module) (cdx.Component, error) {
	if module.Replace != nil {
		module = module.Replace
	}
	folder, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module.Path).Output()
	if err != nil {
		return cdx.Component{}, fmt.Errorf("asking where module %s lies: %w", module.Path, err)
	}
	licence, err := licenceIn(strings.TrimSpace(string(folder)))
	if err != nil {
		return cdx.Component{}, fmt.Errorf("reading the licence of %s: %w", module.Path, err)
	}
	return component(module.Path, module.Version, licence), nil
}

func component(path, version, licence string) cdx.Component {
	name := "pkg:golang/" + path + "@" + version // github.com/package-url/purl-spec, type golang
	return cdx.Component{
		BOMRef: name, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: name, Licenses: licensed(licence),
	}
}

func licensed(id string) *cdx.Licenses {
	return &cdx.Licenses{{License: &cdx.License{ID: id}}}
}
