package embedded

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// clickHouseServer is the ClickHouse engine, as the child runs it.
type clickHouseServer struct {
	library   string
	dataDir   string
	name      string // the name the server gives itself
	tcpPort   int
	httpPort  int
	maxMemory int64 // bytes; 0: the engine's own limit
}

func (s *clickHouseServer) flags(set *flag.FlagSet) {
	set.StringVar(&s.library, "library", "", "")
	set.StringVar(&s.dataDir, "data", "", "")
	set.StringVar(&s.name, "name", "", "")
	set.IntVar(&s.tcpPort, "tcp-port", 0, "")
	set.IntVar(&s.httpPort, "http-port", 0, "")
	set.Int64Var(&s.maxMemory, "max-memory", 0, "")
}

// args returns the arguments that flags reads.
func (s *clickHouseServer) args() []string {
	return []string{
		clickHouseEngine, "-library", s.library, "-data", s.dataDir, "-name", s.name,
		"-tcp-port", strconv.Itoa(s.tcpPort), "-http-port", strconv.Itoa(s.httpPort),
		"-max-memory", strconv.FormatInt(s.maxMemory, 10),
	}
}

// serve calls the library, which works until its standard input ends.
//
// It is clickhouse-local. With a terminal at its input it takes itself for one
// that somebody talks to, and bears a client that goes away in the middle of a
// word or names a database that does not exist. Without, it aborts of any of them
// (https://github.com/ClickHouse/ClickHouse/issues/115666), and is started again.
func (s *clickHouseServer) serve(ctx context.Context) error {
	lock, err := lockDir(ctx, s.dataDir, os.Stderr)
	if err != nil {
		return err
	}
	defer lock.release()
	config, err := s.writeConfig()
	if err != nil {
		return err
	}
	lib, err := loadLibrary(s.library)
	if err != nil {
		return err
	}
	args := []string{"clickhouse", "--config-file", config, "--path", filepath.Join(s.dataDir, "data")}
	const listen = "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP"
	hangUp, err := takeTerminal()
	if err != nil {
		fmt.Fprintf(os.Stderr, "clients that go away will end the engine: %v\n", err)
		return lib.run(append(args, "--structure", "l String", "--input-format", "LineAsString", "--query", listen+"; SELECT count() FROM table FORMAT Null"))
	}
	defer context.AfterFunc(ctx, hangUp)()
	return lib.run(append(args, "--interactive", "--disable_suggestion", "--history_file", os.DevNull, "--query", listen))
}

// clickHouseLibrary holds the functions of the library that are used.
type clickHouseLibrary struct {
	// queryCommandLine is clickhouse-local's main: argc and argv in, a result out.
	queryCommandLine func(argc int32, argv **byte) uintptr
	// resultError is the text of a result's error, empty when there is none.
	resultError   func(result uintptr) string
	destroyResult func(result uintptr)
}

// run returns when the engine has ended.
func (l *clickHouseLibrary) run(args []string) error {
	argv := make([]*byte, 0, len(args)+1)
	for _, arg := range args {
		argv = append(argv, &append([]byte(arg), 0)[0])
	}
	argv = append(argv, nil)
	result := l.queryCommandLine(int32(len(args)), &argv[0])
	runtime.KeepAlive(argv)
	if result == 0 {
		return errors.New("calling the library's command line: no result")
	}
	defer l.destroyResult(result)
	if text := strings.TrimSpace(l.resultError(result)); text != "" {
		return fmt.Errorf("serving: %s", text)
	}
	return nil
}
