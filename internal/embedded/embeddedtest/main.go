package embeddedtest

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"waybill/internal/embedded"
)

// Main runs the tests of a package and then looks for goroutines that are left.
// A test binary is also the ClickHouse engine when it is started as that.
func Main(m *testing.M, options ...goleak.Option) {
	if len(os.Args) > 1 && os.Args[1] == embedded.EngineCommand {
		os.Exit(embedded.RunEngine(os.Args[2:]))
	}
	// A child built with the race detector would wait a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m, options...)
}
