package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"waybill/internal/embedded"
)

// workerCommand is the hidden command by which the binary starts itself again
// as the process that is measured.
const workerCommand = "measured-worker"

func main() {
	if code, hidden := runHidden(os.Args[1:]); hidden {
		os.Exit(code)
	}
	var o options
	kong.Parse(&o, kong.Name("bench"), kong.Description("Measures tracking beside the pass-through limit of the same bytes."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, &o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// runHidden is what this binary does as a broker or a measured process.
func runHidden(args []string) (code int, hidden bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case embedded.EngineCommand:
		return embedded.RunEngine(args[1:]), true
	case workerCommand:
		return runWorker(os.Stdin, os.Stdout), true
	}
	return 0, false
}

// options are the command line.
type options struct {
	Parcels    int           `help:"Parcels in each turn; about 11 raw events each." default:"10000"`
	Passes     int           `help:"How often the limit works the same load off, so that its turn is long enough to tell." default:"4"`
	Turns      int           `help:"Turns of each row that count." default:"5"`
	Warmups    int           `help:"Turns of each row before them that do not." default:"1"`
	Partitions int           `help:"Partitions of every topic." default:"4"`
	Seed       uint64        `help:"Decides everything about the load that is left to chance." default:"1"`
	Results    string        `help:"File for the results. Empty: none." default:"bench/RESULTS.md"`
	Profile    string        `help:"Folder for CPU and allocation profiles of tracking, from one more turn. Empty: none." placeholder:"DIR"`
	Patience   time.Duration `help:"How long one turn may take." default:"2m"`
}

// Validate refuses what gives no figure. kong calls it.
func (o *options) Validate() error {
	if o.Turns < 1 || o.Warmups < 0 || o.Partitions < 1 || o.Passes < 1 {
		return fmt.Errorf("--turns %d, --warmups %d, --partitions %d, --passes %d: at least 1, 0, 1 and 1 are needed", o.Turns, o.Warmups, o.Partitions, o.Passes)
	}
	return nil
}
