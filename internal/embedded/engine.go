package embedded

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// EngineCommand is the hidden command by which the binary starts itself again as
// a Kafka or a ClickHouse. A main that may start either hands its arguments after
// this one to RunEngine before it does anything else.
const EngineCommand = "embedded-engine"

// engineEnv is set in the child, so that a binary whose main forgot RunEngine is
// told so and does not start itself without end.
const engineEnv = "WAYBILL_EMBEDDED_ENGINE"

// What an engine can be: the first argument of RunEngine.
const (
	kafkaEngine      = "kafka"
	menderEngine     = "kafka-mender"
	clickHouseEngine = "clickhouse"
)

// endGrace is how long an engine may take to end once its parent is gone.
const endGrace = 30 * time.Second

// engine is what a child process runs. serve returns when the engine has ended,
// which it does soon after ctx is cancelled.
type engine interface {
	flags(*flag.FlagSet)
	serve(ctx context.Context) error
}

// RunEngine serves until standard input closes, which it does when the parent
// ends, however that ends. It returns the exit code of the process; the cause of
// a failure goes to standard error.
func RunEngine(args []string) int {
	engines := map[string]engine{
		kafkaEngine: new(kafkaServer), menderEngine: new(kafkaMender), clickHouseEngine: new(clickHouseServer),
	}
	var name string
	if len(args) > 0 {
		name = args[0]
	}
	e, ok := engines[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "choosing an engine: %q is none\n", name)
		return 2
	}
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	e.flags(set)
	if err := set.Parse(args[1:]); err != nil {
		return 2
	}
	// An engine outlives the work that its parent finishes on its way out, so a
	// signal to all processes at once must not end it.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	parent, err := ownInput()
	if err == nil {
		err = e.serve(whileParentLives(parent))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "running embedded %s: %v\n", name, err)
		return 1
	}
	return 0
}

// whileParentLives returns a context that ends with what was this process's
// standard input when it began, which is its parent's to close. Should the
// engine hang then, the process ends all the same: no orphan is left.
func whileParentLives(parent io.Reader) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		// Nothing is ever written to it, so ClickHouse, which may read it too, sees
		// its end as well.
		_, _ = io.Copy(io.Discard, parent)
		cancel()
		<-time.NewTimer(endGrace).C
		os.Exit(1)
	}()
	return ctx
}
