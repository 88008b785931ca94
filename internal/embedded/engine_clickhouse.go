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

// serve calls the library, whose last query reads standard input to its end.
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
	return lib.run([]string{
		"clickhouse",
		"--config-file", config,
		"--path", filepath.Join(s.dataDir, "data"),
		"--structure", "l String",
		"--input-format", "LineAsString",
		"--query", "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT count() FROM table FORMAT Null",
	})
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
