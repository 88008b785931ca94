package embeddedtest

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"waybill/internal/embedded"
)

// Main runs the tests of a package, ends their ClickHouse and then looks for
// goroutines that are left. A test binary is also the ClickHouse engine when it is
// started as that.
func Main(m *testing.M, options ...goleak.Option) {
	if len(os.Args) > 1 && os.Args[1] == embedded.EngineCommand {
		os.Exit(embedded.RunEngine(os.Args[2:]))
	}
	// A child built with the race detector would wait a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(tests{m}, options...)
}

// tests are those of a package, with what they share.
type tests struct{ *testing.M }

func (m tests) Run() int {
	code := m.M.Run()
	if err := ours.end(); err != nil {
		fmt.Fprintf(os.Stderr, "ending the tests' ClickHouse: %v\n", err)
		return max(code, 1)
	}
	return code
}
