package sizing

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Constants are what a raw event, a webhook and a parcel cost on the machine
// that they were measured on. `go run ./bench sizing` writes them.
type Constants struct {
	Measured string `json:"measured"` // the machine, date and commit

	// Processor time in microseconds: of tracking and of the broker for a raw
	// event, of delivery for a webhook.
	TrackingMicros float64 `json:"tracking_micros"`
	BrokerMicros   float64 `json:"broker_micros"`
	DeliveryMicros float64 `json:"delivery_micros"`
	// Bytes on disk: of one replica of all topics for a raw event, of the state
	// for a parcel that is followed.
	LogBytes   float64 `json:"log_bytes"`
	StateBytes float64 `json:"state_bytes"`

	// Errors are by how much percent the constants missed a point that they were
	// not fitted on, by constant.
	Errors map[string]float64 `json:"errors_percent"`
}

//go:embed constants.json
var measured []byte

// Measured are the constants that are part of the program.
func Measured() (c Constants, err error) {
	if err := json.Unmarshal(measured, &c); err != nil {
		return c, fmt.Errorf("reading the constants of sizing: %w", err)
	}
	return c, nil
}
