package replay

import _ "embed"

//go:embed data/scms_shipments.csv.gz
var scmsShipments []byte

// SCMS is the file of real shipments that this build carries; its map is scms.
// data/README.md says where it is from.
func SCMS() Input { return BytesInput("scms_shipments.csv.gz", scmsShipments) }
