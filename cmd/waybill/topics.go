package main

import (
	"context"
	"fmt"

	"waybill/internal/topics"
)

type topicsCmd struct {
	Create topicsCreateCmd `cmd:"" help:"Make the topics that are missing and tell how the others differ. Changes none that exist."`
	Check  topicsCheckCmd  `cmd:"" help:"Tell how the topics differ from what they should be."`
}

type topicsCreateCmd struct{ formatFlag }

func (*topicsCreateCmd) Help() string {
	return `Example:

    waybill topics create --kafka-partitions 12 --kafka-replication 3`
}

func (c *topicsCreateCmd) Run(ctx context.Context, g *globals) error {
	client, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer client.Close()
	made, err := topics.Create(ctx, client, layout(g.settings))
	if err != nil {
		return err
	}
	differences, err := topics.Check(ctx, client, layout(g.settings))
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"created": list(made), "differences": list(differences)})
	}
	for _, name := range made {
		fmt.Println("created", name)
	}
	return printDifferences(differences)
}

type topicsCheckCmd struct{ formatFlag }

func (*topicsCheckCmd) Help() string {
	return `The exit code is 1 when something differs.

Example:

    waybill topics check --kafka-prefix prod.`
}

func (c *topicsCheckCmd) Run(ctx context.Context, g *globals) error {
	client, err := openKafka(ctx, g)
	if err != nil {
		return err
	}
	defer client.Close()
	differences, err := topics.Check(ctx, client, layout(g.settings))
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"differences": list(differences)})
	}
	if err := printDifferences(differences); err != nil {
		return err
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d settings of topics differ", len(differences))
	}
	return nil
}

func printDifferences(differences []topics.Difference) error {
	for _, d := range differences {
		fmt.Println(d)
	}
	if len(differences) == 0 {
		fmt.Println("every topic is as it should be")
	}
	return nil
}
