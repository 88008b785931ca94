package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/reshard"
	"waybill/schemas"
)

type reshardCmd struct {
	formatFlag
	Job        string `help:"tracking, delivery or endpoints." enum:"tracking,delivery,endpoints" required:"" placeholder:"JOB"`
	Partitions int32  `help:"How many partitions its topics are to have, up to 10000." required:"" placeholder:"N"`
	DryRun     bool   `help:"Check everything, and change nothing."`
}

func (*reshardCmd) Help() string {
	return `The job's inputs and its state must have the same number of partitions. This grows all of them and moves the
state of each key to where it now belongs. Stop every instance of the job first, and what writes to it; they
must have handled all their input. An embedded Kafka is started for as long as it takes. Run it again if it
was interrupted: it goes on. Nothing can be undone, and fewer partitions cannot be had. docs/operations/topics.md
has the steps.

Examples:

    waybill reshard --job tracking --partitions 12 --dry-run
    waybill reshard --job tracking --partitions 12`
}

// maxPartitions is that of the setting for topics that are made.
const maxPartitions = 10_000

// Run moves the job.
func (c *reshardCmd) Run(ctx context.Context, g *globals) error {
	if c.Partitions < 1 || c.Partitions > maxPartitions {
		return wrongUseError{fmt.Errorf("--partitions is %d, not from 1 to %d", c.Partitions, maxPartitions)}
	}
	services, err := startKafka(ctx, g.settings, g.log)
	if err != nil {
		return err
	}
	defer services.close(g.log)
	client, err := openKafka(ctx, g) // tells where nothing answers
	if err != nil {
		return err
	}
	client.Close()
	inputs, changelog := schemas.Group(c.Job).Topics()
	bar, writing := newProgress("reading the state of "+c.Job), false
	var report *reshard.Report
	moving := reshard.Config{
		Brokers: g.settings.Kafka.Addrs(), ClientOpts: append(kafkaOptions(g.settings, g.log), kgo.WithLogger(nil)),
		Prefix: g.settings.Kafka.Prefix, App: c.Job, Inputs: inputs, Changelog: changelog,
		Partitions: c.Partitions, DryRun: c.DryRun,
		Progress: func(done, total int64) { bar.update(int(done), int(total)) },
		Written: func(done, total int64) {
			if !writing {
				bar.end(nil)
				bar, writing = newProgress("writing the state of "+c.Job), true
			}
			bar.update(int(done), int(total))
		},
	}
	move := func() (err error) {
		report, err = reshard.Run(ctx, moving)
		return err
	}
	if c.DryRun {
		err = move()
	} else {
		entry := entryOf(schemas.ActJobReshard, "", "", "job", c.Job)
		entry.Detail = fmt.Sprintf("to %d partitions", c.Partitions)
		err = recorded(ctx, g, entry, move)
	}
	bar.end(err)
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(err, errors.New("it was interrupted: run it again before an instance is started"))
		}
		return wayOut(err)
	}
	return c.print(report)
}

func (c *reshardCmd) print(r *reshard.Report) error {
	if c.json() {
		return printJSON(struct {
			*reshard.Report
			Grown  []string `json:"grown"`
			DryRun bool     `json:"dry_run"`
		}{r, list(r.Grown), c.DryRun})
	}
	switch {
	case r.From == r.To:
		fmt.Printf("%s has %d partitions already: nothing to do\n", r.Group, r.To)
		return nil
	case c.DryRun:
		fmt.Printf("%s would move from %d to %d partitions\nit would grow  %s\nit would read  %d records of state\nnothing was changed\n",
			r.Group, r.From, r.To, strings.Join(r.Grown, ", "), r.Records)
		return nil
	}
	fmt.Printf("%s was moved from %d to %d partitions\ngrown  %s\nmoved  %d records of state\n", r.Group, r.From, r.To, strings.Join(r.Grown, ", "), r.Moved)
	if !r.StreamTime.IsZero() {
		fmt.Printf("time   %s, where all of them go on\n", r.StreamTime.Format(time.RFC3339))
	}
	if r.Waiting > 0 {
		fmt.Printf("%d records came meanwhile and wait to be handled\n", r.Waiting)
	}
	fmt.Println("start the instances again")
	return nil
}
