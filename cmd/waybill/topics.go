package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"waybill/internal/topics"
	"waybill/schemas"
)

type topicsCmd struct {
	Create topicsCreateCmd `cmd:"" help:"Make the topics that are missing and tell how the others differ. Changes none that exist."`
	Check  topicsCheckCmd  `cmd:"" help:"Tell how the topics differ from what they should be."`
	ACLs   topicsACLsCmd   `cmd:"" name:"acls" help:"Print or give the least rights on Kafka that each part of Waybill needs."`
}

type topicsCreateCmd struct{ formatFlag }

func (*topicsCreateCmd) Help() string {
	return `Example:

    waybill topics create --kafka-partitions 12 --kafka-replication 3`
}

func (c *topicsCreateCmd) Run(ctx context.Context, g *globals) error {
	made, differences, err := compareTopics(ctx, g, true)
	if len(made) > 0 {
		if failed := recordDone(ctx, g, topicsMade(g, made)); failed != nil {
			return errors.Join(err, fmt.Errorf("the topics were made, and the audit has no entry of it: %w", failed))
		}
	}
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

// compareTopics tells how the topics differ from what they should be. With create
// it first makes those that are missing, and gives their names, also where what
// comes after fails.
func compareTopics(ctx context.Context, g *globals, create bool) (made []string, differences []topics.Difference, err error) {
	client, err := openKafka(ctx, g)
	if err != nil {
		return nil, nil, err
	}
	defer client.Close()
	if create {
		if made, err = topics.Create(ctx, client, layout(g.settings)); err != nil {
			return made, nil, wayOut(err)
		}
	}
	differences, err = topics.Check(ctx, client, layout(g.settings))
	return made, differences, err
}

// topicsMade tells the audit which topics were made.
func topicsMade(g *globals, made []string) schemas.AuditEntry {
	e := entryOf(schemas.ActTopicsCreate, "", "", "topics", g.settings.Kafka.Prefix)
	e.Detail = strings.Join(made, ", ")
	return e
}

type topicsCheckCmd struct{ formatFlag }

func (*topicsCheckCmd) Help() string {
	return `The exit code is 1 when something differs.

Example:

    waybill topics check --kafka-prefix prod.`
}

func (c *topicsCheckCmd) Run(ctx context.Context, g *globals) error {
	_, differences, err := compareTopics(ctx, g, false)
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
