package embedded

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// EngineCommand is the hidden command by which the binary starts itself again
// as the ClickHouse engine. A main that may start ClickHouse hands its arguments
// after this one to RunEngine before it does anything else.
const EngineCommand = "clickhouse-engine"

// engineEnv is set in the child, so that a binary whose main forgot RunEngine is
// told so and does not start itself without end.
const engineEnv = "WAYBILL_CLICKHOUSE_ENGINE"

// endGrace is how long the engine may take to end once its parent is gone.
const endGrace = 30 * time.Second

// engineArgs is what the parent tells the child.
type engineArgs struct {
	library   string
	dataDir   string
	name      string
	tcpPort   int
	httpPort  int
	maxMemory int64
}

func (a *engineArgs) flags(out io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(EngineCommand, flag.ContinueOnError)
	fs.SetOutput(out)
	fs.StringVar(&a.library, "library", "", "path of the ClickHouse library")
	fs.StringVar(&a.dataDir, "data", "", "data directory")
	fs.StringVar(&a.name, "name", "", "name the server gives itself")
	fs.IntVar(&a.tcpPort, "tcp-port", 0, "port of the native protocol")
	fs.IntVar(&a.httpPort, "http-port", 0, "port of HTTP")
	fs.Int64Var(&a.maxMemory, "max-memory", 0, "most memory for the server, bytes; 0: the engine's own limit")
	return fs
}

// list returns the arguments as RunEngine reads them.
func (a *engineArgs) list() []string {
	return []string{
		"-library", a.library, "-data", a.dataDir, "-name", a.name,
		"-tcp-port", fmt.Sprint(a.tcpPort), "-http-port", fmt.Sprint(a.httpPort),
		"-max-memory", fmt.Sprint(a.maxMemory),
	}
}

// RunEngine is the ClickHouse engine: it serves until standard input closes,
// which it does when the parent ends, however that ends. It returns the exit
// code of the process; the cause of a failure goes to standard error.
func RunEngine(args []string) int {
	var a engineArgs
	if err := a.flags(os.Stderr).Parse(args); err != nil {
		return 2
	}
	if err := serveEngine(&a); err != nil {
		fmt.Fprintf(os.Stderr, "running the ClickHouse engine: %v\n", err)
		return 1
	}
	return 0
}

func serveEngine(a *engineArgs) error {
	// The engine reads standard input too. Nothing is ever written to it, so both
	// readers see its end, and this one also when the engine hangs.
	ctx, orphaned := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		orphaned()
		time.Sleep(endGrace)
		os.Exit(1)
	}()
	lock, err := lockDir(ctx, a.dataDir)
	if err != nil {
		return err
	}
	defer lock.release()
	config, err := writeEngineConfig(a)
	if err != nil {
		return err
	}
	return callEngine(a.library, []string{
		"clickhouse",
		"--config-file", config,
		"--path", filepath.Join(a.dataDir, "data"),
		"--structure", "l String",
		"--input-format", "LineAsString",
		"--query", "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT count() FROM table FORMAT Null",
	})
}

// callEngine loads the library and calls its command line; that returns when the
// engine has ended.
func callEngine(library string, args []string) error {
	lib, err := loadEngine(library)
	if err != nil {
		return err
	}
	argv := make([]*byte, 0, len(args)+1)
	for _, arg := range args {
		argv = append(argv, &append([]byte(arg), 0)[0])
	}
	argv = append(argv, nil)
	result := lib.queryCommandLine(int32(len(args)), &argv[0])
	runtime.KeepAlive(argv)
	if result == 0 {
		return fmt.Errorf("calling %s: no result", library)
	}
	defer lib.destroyResult(result)
	if text := strings.TrimSpace(lib.resultError(result)); text != "" {
		return fmt.Errorf("ClickHouse ended: %s", text)
	}
	return nil
}

// engineLibrary holds the functions of the library that are used.
type engineLibrary struct {
	// queryCommandLine is clickhouse-local's main: argc and argv in, a result out.
	queryCommandLine func(argc int32, argv **byte) uintptr
	// resultError is the text of a result's error, empty when there is none.
	resultError   func(result uintptr) string
	destroyResult func(result uintptr)
}
