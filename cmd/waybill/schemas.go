package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/registry"
	"waybill/schemas"
)

type schemasCmd struct {
	List     schemasListCmd     `cmd:"" help:"List the record types with their topics, versions and subjects."`
	Show     schemasShowCmd     `cmd:"" help:"Print the Avro schema of a record type."`
	Check    schemasCheckCmd    `cmd:"" help:"Tell how the schema registry differs from what it should have."`
	Register schemasRegisterCmd `cmd:"" help:"Put the schemas into the schema registry."`
}

type schemasListCmd struct{ formatFlag }

func (*schemasListCmd) Help() string {
	return `It asks nobody. The fingerprint is that of the newest version, as single-object encoding has it (CRC-64-AVRO). Subjects are those
that --kafka-prefix and --registry-subjects give.

Examples:

    waybill schemas list
    waybill schemas list --format json`
}

// schemaLine is a record type in the list.
type schemaLine struct {
	Record      string `json:"record"`
	Topic       string `json:"topic"`
	Versions    int    `json:"versions"`
	Fingerprint string `json:"fingerprint"`
	Subject     string `json:"subject"`
	ForOthers   bool   `json:"for_others"`
}

func (c *schemasListCmd) Run(g *globals) error {
	records, err := schemas.Records()
	if err != nil {
		return err
	}
	prefix := g.settings.Kafka.Prefix
	lines := make([]schemaLine, 0, len(records))
	for _, r := range records {
		fingerprint, err := r.Fingerprint(len(r.Versions))
		if err != nil {
			return err
		}
		lines = append(lines, schemaLine{
			r.Name, prefix + r.Topic.Name, len(r.Versions), fmt.Sprintf("%016x", fingerprint),
			registry.Strategy(g.settings.Registry.Subjects).Subject(prefix, r), r.Topic.ForOthers,
		})
	}
	if c.json() {
		return printJSON(map[string]any{"schemas": lines})
	}
	t := newTable(os.Stdout, "record", "topic", "versions", "fingerprint", "subject", "for others")
	for _, l := range lines {
		t.AppendRow(table.Row{l.Record, l.Topic, l.Versions, l.Fingerprint, l.Subject, yes(l.ForOthers)})
	}
	t.Render()
	return nil
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

type schemasShowCmd struct {
	formatFlag
	Record  string `arg:"" help:"Record type or topic, as 'waybill schemas list' has it."`
	Version int    `help:"Which version, from 1. 0: the newest." default:"0"`
}

func (*schemasShowCmd) Help() string {
	return `It prints the file as it was published, for code generators and serializers.

Examples:

    waybill schemas show registrations > registration.avsc
    waybill schemas show Shipment --version 3`
}

func (c *schemasShowCmd) Run() error {
	record, err := schemas.FindRecord(c.Record)
	if err != nil {
		return wrongUseError{fmt.Errorf("%w; `waybill schemas list` has them", err)}
	}
	version := c.Version
	if version == 0 {
		version = len(record.Versions)
	}
	if version < 1 || version > len(record.Versions) {
		return wrongUseError{fmt.Errorf("--version is %d; %s has versions 1 to %d", c.Version, record.Name, len(record.Versions))}
	}
	text := record.Versions[version-1]
	if c.json() {
		return printJSON(map[string]any{"record": record.Name, "version": version, "schema": json.RawMessage(text)})
	}
	_, err = fmt.Print(text)
	return err
}

type schemasCheckCmd struct{ formatFlag }

func (*schemasCheckCmd) Help() string {
	return `Each subject should have the newest version, be kept BACKWARD_TRANSITIVE (or FULL_TRANSITIVE), and hold no version of somebody else
that Waybill could not read. The exit code is 1 when something differs.

Example:

    waybill schemas check --registry-url https://registry.example:8081`
}

func (c *schemasCheckCmd) Run(ctx context.Context, g *globals) error {
	r, err := needRegistry(g)
	if err != nil {
		return err
	}
	defer r.Close()
	all, err := r.Check(ctx)
	if err != nil {
		return err
	}
	problems := 0
	for _, s := range all {
		problems += len(s.Problems)
	}
	if c.json() {
		err = printJSON(map[string]any{"subjects": all})
	} else {
		printStandings(all)
	}
	if err == nil && problems > 0 {
		err = fmt.Errorf("%d things in the schema registry are not as they should be", problems)
	}
	return err
}

func printStandings(all []registry.Standing) {
	t := newTable(os.Stdout, "subject", "record", "version", "id", "compatibility", "others", "what differs")
	for _, s := range all {
		id := any(s.ID)
		if s.ID == 0 {
			id = "none"
		}
		t.AppendRow(table.Row{s.Subject, s.Record, s.Version, id, s.Level, s.Others, strings.Join(s.Problems, "\n")})
	}
	t.Render()
}

type schemasRegisterCmd struct {
	formatFlag
	DryRun bool `help:"Tell what would be done, and do nothing."`
}

func (*schemasRegisterCmd) Help() string {
	return `Versions are registered oldest first, and each subject is set to BACKWARD_TRANSITIVE. What is there stays; to do it again does
nothing. 'waybill up' and 'waybill run --create-missing' do it where --registry-framing is set.

Examples:

    waybill schemas register --registry-url https://registry.example:8081 --dry-run
    waybill schemas register --registry-url https://registry.example:8081`
}

func (c *schemasRegisterCmd) Run(ctx context.Context, g *globals) error {
	r, err := needRegistry(g)
	if err != nil {
		return err
	}
	defer r.Close()
	steps, err := r.Register(ctx, c.DryRun)
	if err != nil {
		return err
	}
	if !c.DryRun && len(steps) > 0 {
		recordBeside(ctx, g, schemasRegistered(g, len(steps)))
	}
	if c.json() {
		return printJSON(map[string]any{"dry_run": c.DryRun, "steps": list(steps)})
	}
	for _, s := range steps {
		switch {
		case s.Version == 0 && c.DryRun:
			fmt.Printf("would set %s to %s\n", s.Subject, s.Level)
		case s.Version == 0:
			fmt.Printf("set %s to %s\n", s.Subject, s.Level)
		case c.DryRun:
			fmt.Printf("would register version %d of %s as %s\n", s.Version, s.Record, s.Subject)
		default:
			fmt.Printf("registered version %d of %s as %s, id %d\n", s.Version, s.Record, s.Subject, s.ID)
		}
	}
	if len(steps) == 0 {
		fmt.Println("the schema registry has everything")
	}
	return nil
}
