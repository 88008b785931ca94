package knowledge

import (
	"waybill/connectors/carriers"
	"waybill/internal/config"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// Knowledge is what the rules are handed as values. It does not change and is
// safe for concurrent use.
type Knowledge struct {
	Model    *status.Model
	Maps     *codemap.Maps
	Carriers *carriers.Table
}

// Load reads what the settings name, and what this build carries for the rest.
// The error names the file, and in it the line or the entry.
func Load(s config.Knowledge) (*Knowledge, error) {
	var k Knowledge
	var err error
	if k.Model, err = status.LoadFile(s.Model); err != nil {
		return nil, err
	}
	if k.Maps, err = codemap.Load(k.Model, s.Maps); err != nil {
		return nil, err
	}
	if k.Carriers, err = carriers.Load(s.Carriers); err != nil {
		return nil, err
	}
	return &k, nil
}
