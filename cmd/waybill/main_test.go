package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"waybill/internal/apachekafka/kafkatest"
	"waybill/internal/embedded"
)

// TestMain makes this binary what a test needs it to be: the tests, the command
// `waybill`, or an engine that the command starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == embedded.EngineCommand {
		os.Exit(embedded.RunEngine(os.Args[2:]))
	}
	testscript.Main(leakChecked{m}, map[string]func(){"waybill": main})
}

// leakChecked looks for goroutines that are left when the tests have passed.
type leakChecked struct{ *testing.M }

// Run runs the tests, whose commands see no setting of whoever runs them.
func (m leakChecked) Run() int {
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		if strings.HasPrefix(name, "WAYBILL_") && name != embedded.LibraryEnv && name != kafkatest.Env {
			_ = os.Unsetenv(name)
		}
	}
	if os.Getenv("GORACE") == "" {
		// A binary that looks for races sleeps a second at its end otherwise.
		_ = os.Setenv("GORACE", "atexit_sleep_ms=10")
	}
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
