package apachekafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// maxWords is how much of a broker's log an error repeats, in bytes.
const maxWords = 4 << 10

// broker is one broker and controller: a process, while it runs.
type broker struct {
	id         int
	port       int
	java       string
	classes    string // the class path
	dir        string
	properties string
	loud       []string // loggers
	measured   bool
	process    *os.Process
	ended      chan struct{} // closed when the process has ended; nil before the first start
}

func (b *broker) logFile() string      { return filepath.Join(b.dir, "log") }
func (b *broker) propertyFile() string { return filepath.Join(b.dir, "server.properties") }

// format makes the broker's folder anew.
func (b *broker) format(ctx context.Context) error {
	if err := b.clean(); err != nil {
		return err
	}
	text := b.properties + "log.dirs=" + filepath.Join(b.dir, "data") + "\n"
	if err := os.WriteFile(b.propertyFile(), []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing a broker's settings: %w", err)
	}
	args := append(b.arguments("kafka.tools.StorageTool"), "format", "-t", clusterID, "-c", b.propertyFile())
	if said, err := exec.CommandContext(ctx, b.java, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("formatting broker %d's folder: %w: %s", b.id, err, said)
	}
	return nil
}

// Options of the Java machine. A broker for tests lives for minutes: the quick
// compiler alone serves it best. What is measured is served as by
// kafka-server-start.sh and kafka-run-class.sh.
const (
	briefly   = "-Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
	asScripts = "-Xms1g -Xmx1g -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent"
)

// arguments are those of a Java process.
func (b *broker) arguments(class string) []string {
	machine := briefly
	if b.measured {
		machine = asScripts
	}
	args := append(strings.Fields(machine), "-XX:-UsePerfData",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
		"-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
	)
	for _, logger := range b.loud {
		args = append(args, "-Dorg.slf4j.simpleLogger.log."+logger+"=debug")
	}
	return append(args, "-cp", b.classes, class)
}

// start starts the process; it goes on with what is in its folder.
func (b *broker) start() error {
	log, err := os.OpenFile(b.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening broker %d's log: %w", b.id, err)
	}
	command := exec.Command(b.java, append(b.arguments("kafka.Kafka"), b.propertyFile())...) //nolint:noctx // Kill ends it
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = tied()
	begun, ended := make(chan error), make(chan struct{})
	go func() {
		defer close(ended)
		// The system ends the broker with the thread that started it, so that
		// none is left when this process is killed: the thread is kept.
		runtime.LockOSThread()
		err := command.Start()
		begun <- errors.Join(err, log.Close()) // the broker has it open for itself
		if err == nil {
			_ = command.Wait() // that it has ended says enough
		}
	}()
	if err := <-begun; err != nil {
		return fmt.Errorf("starting broker %d: %w", b.id, err)
	}
	b.process, b.ended = command.Process, ended
	return nil
}

func (b *broker) started() bool { return b.ended != nil }

func (b *broker) running() bool {
	if b.ended == nil {
		return false
	}
	select {
	case <-b.ended:
		return false
	default:
		return true
	}
}

func (b *broker) kill() error {
	if !b.running() {
		return nil
	}
	if err := b.process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing broker %d: %w", b.id, err)
	}
	<-b.ended
	b.ended = nil
	return nil
}

// lastWords is the end of the broker's log.
func (b *broker) lastWords() string {
	text, err := os.ReadFile(b.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-maxWords):])
}
