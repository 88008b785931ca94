// Command serve runs Apache Kafka on this machine in the foreground until it is
// interrupted, or for as long as a command takes that finds it by the
// environment:
//
//	go run ./internal/apachekafka/serve -brokers 3
//	go run ./internal/apachekafka/serve -- go test ./pipeline/stream/...
//
// It may import internal/apachekafka and the standard library. Start reading at
// run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"waybill/internal/apachekafka"
)

// env tells a command's tests which Kafka to use.
const env = "WAYBILL_TEST_KAFKA"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(exit.ExitCode()) //nolint:gocritic // nothing is left to be stopped
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var o apachekafka.Options
	flag.IntVar(&o.Brokers, "brokers", 1, "how many brokers")
	flag.IntVar(&o.Port, "port", 0, "port of the first broker, 0 for free ones")
	flag.StringVar(&o.Dir, "dir", "", "folder for what brokers write, made anew; empty: a temporary one")
	flag.Parse()
	if o.Dir == "" {
		dir, failed := os.MkdirTemp("", "waybill-kafka-")
		if failed != nil {
			return fmt.Errorf("making a folder for Apache Kafka: %w", failed)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		o.Dir = dir
	}
	kafka, err := apachekafka.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kafka.Close()) }()
	addrs := strings.Join(kafka.Addrs(), ",")
	if flag.NArg() > 0 {
		return perform(ctx, addrs, flag.Args())
	}
	fmt.Printf("Apache Kafka is ready on %s; ^C ends it. What brokers write is in %s.\n\n"+
		"  kcat -b %s -L\n  waybill --kafka-brokers %s topics create\n  %s=%s go test ./pipeline/stream/...\n", addrs, o.Dir, addrs, addrs, env, addrs)
	<-ctx.Done()
	return nil
}

// perform runs a command; an interrupt reaches it too, and it is waited for.
func perform(ctx context.Context, addrs string, words []string) error {
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Env = append(os.Environ(), env+"="+addrs)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	return command.Run()
}
