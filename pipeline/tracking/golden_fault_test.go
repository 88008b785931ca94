package tracking

import (
	"cmp"
	"strings"

	"github.com/cockroachdb/datadriven"

	"waybill/schemas"
)

// asWritten takes over how a source wrote an event, for the scripts fault_*:
//
//	wrote=       the time as it wrote it, _ for a blank
//	confidence=  how sure the connector is of its zone
//	map=         the version of the map that gave the code
func (*script) asWritten(d *datadriven.TestData, e *schemas.CarrierEvent) {
	e.OccurredText = strings.ReplaceAll(arg(d, "wrote", ""), "_", " ")
	e.OccurredConfidence = cmp.Or(arg(d, "confidence", ""), e.OccurredConfidence)
	e.MapVersion = cmp.Or(arg(d, "map", ""), e.MapVersion)
}
