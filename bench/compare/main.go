package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// options are the command line.
type options struct {
	Base      string   `help:"The revision to compare with: a commit, tag or branch." required:"" placeholder:"REV"`
	Packages  []string `arg:"" optional:"" help:"Packages whose benchmarks are run. The default is the hot path." default:"${packages}"`
	Bench     string   `help:"Which benchmarks, as for go test." default:"${bench}" placeholder:"REGEXP"`
	Count     int      `help:"Runs of each, in turn. benchstat wants ten to tell a small difference from chance." default:"10"`
	Benchtime string   `help:"How long each run takes, as for go test." default:"100ms"`
	Benchstat string   `help:"The program that compares. make bench-compare fetches it." default:"bin/tools/benchstat"`
}

// hotPath are the packages that a raw event goes through on its way to a webhook.
const hotPath = "./connectors/dialects,./schemas,./pipeline/stream,./pipeline/stream/store,./pipeline/tracking,./pipeline/delivery,./sinks/webhook,./sinks/webhook/lanes"

// hotBenches leaves out those that need minutes or a broker.
const hotBenches = "^Benchmark(Parse|ParseSmall|Codec|Step|PebbleGet|PebbleApply|Decode|Process|Apply|State|FastPath|Call|Board)$"

func main() {
	var o options
	kong.Parse(&o, kong.Name("compare"), kong.Vars{"packages": hotPath, "bench": hotBenches},
		kong.Description("Runs the micro-benchmarks of two revisions in turn, and prints what benchstat makes of them."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, &o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// Validate refuses what compares nothing. kong calls it.
func (o *options) Validate() error {
	if o.Count < 1 {
		return fmt.Errorf("--count %d: at least 1 is needed", o.Count)
	}
	return nil
}
