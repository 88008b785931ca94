package demo

import (
	"io"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
)

// Figures of the simulated parcels that go with the shipped shipments.
const (
	simulatedParcels = 500
	simulatedSeed    = 7
)

// Figures of the disorder that is put into the log: a twentieth of the raw
// events comes twice, and as many lie before an earlier one of their parcel.
const (
	disorderRate = 0.05
	disorderSeed = 1
)

// tenant is whose parcels all of a demo are.
const tenant = "demo"

// Options say what to play and where.
type Options struct {
	// Map and Input name a file to play and the map of its columns. Empty: the
	// shipments that this build carries, and simulated parcels after them.
	Map, Input string
	// Dir is a folder for what must outlive a kill. Required.
	Dir string
	// Settings name the Kafka and ClickHouse to use, which must be running.
	// Their topics' prefix and the database are the demo's own.
	Settings *config.Settings
	// Kafka are the options of every Kafka client.
	Kafka   []kgo.Opt
	Version string
	Logger  *slog.Logger
	// Step is told what begins, Progress how far publishing is.
	Step     func(what string)
	Progress func(done, total int)
	// Report, where it is not nil, gets the figures and reports in words.
	Report io.Writer
	// Hold, where it is not nil, is called when all is counted, with everything
	// still running.
	Hold func(*Summary)
	// Patience is how long each thing that is waited for may take before the demo
	// gives up; publishing is not waited for.
	Patience time.Duration
}
