package endpoints

import (
	"errors"
	"fmt"
	"time"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// Config holds the settings of the endpoints job. Zero means the default.
type Config struct {
	// Codecs reads commands and signals and writes endpoints and jobs.
	// Required.
	Codecs *schemas.Codecs
	// Statuses are the main statuses of the status model: with not_found,
	// expired and invalid, what an endpoint may choose from. Required.
	Statuses []string
	// Dialects writes the bodies of tests. Nil: all in Waybill's own form.
	Dialects *body.Dialects
	// MaxEndpoints is how many endpoints a tenant may have (W9). Default 16.
	MaxEndpoints int
	// SuspendAfter is how long an endpoint may fail without one success until
	// it is suspended (W8). Default 24 h.
	SuspendAfter time.Duration
	// MaxRecent is how many commands of a tenant are remembered, so that one
	// sent again is answered and not carried out again. Default 256.
	MaxRecent int
}

func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Codecs == nil:
		return c, errors.New("making the endpoints job: the codecs are missing")
	case len(c.Statuses) == 0:
		return c, errors.New("making the endpoints job: the statuses are missing")
	case c.SuspendAfter < 0:
		return c, fmt.Errorf("making the endpoints job: the time until suspension is %v; it must not be below 0", c.SuspendAfter)
	case c.MaxEndpoints < 0 || c.MaxRecent < 0:
		return c, fmt.Errorf("making the endpoints job: the limits %d and %d must not be below 0", c.MaxEndpoints, c.MaxRecent)
	}
	if c.MaxEndpoints == 0 {
		c.MaxEndpoints = 16
	}
	if c.SuspendAfter == 0 {
		c.SuspendAfter = 24 * time.Hour
	}
	if c.MaxRecent == 0 {
		c.MaxRecent = 256
	}
	return c, nil
}
