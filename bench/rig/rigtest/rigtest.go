// Package rigtest lets a test binary be the measured processes and the broker
// of its own tests.
//
// It may import bench/rig and internal/embedded. Start reading at Main.
package rigtest

import (
	"os"
	"testing"

	"waybill/bench/rig"
	"waybill/internal/embedded/embeddedtest"
)

// Main is a TestMain.
func Main(m *testing.M, kinds rig.Kinds) {
	if len(os.Args) > 1 && os.Args[1] == rig.WorkerCommand {
		os.Exit(rig.Serve(kinds, os.Stdin, os.Stdout))
	}
	embeddedtest.Main(m)
}
