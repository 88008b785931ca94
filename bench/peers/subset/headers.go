package subset

import "waybill/schemas"

// Headers are what values of the inputs begin with: the marker and the
// fingerprint of the newest schema. The subset reads no other version.
type Headers struct{ Registration, CarrierEvent []byte }

// headerBytes is the size of the header of Avro's single-object encoding.
const headerBytes = 10

// NewHeaders finds them.
func NewHeaders(codecs *schemas.Codecs) (Headers, error) {
	registration, err := codecs.Registration.Encode(&schemas.Registration{Backfill: schemas.BackfillNone})
	if err != nil {
		return Headers{}, err
	}
	event, err := codecs.CarrierEvent.Encode(&schemas.CarrierEvent{
		SourceKind: schemas.SourceCarrierPush, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
	})
	if err != nil {
		return Headers{}, err
	}
	return Headers{Registration: registration[:headerBytes], CarrierEvent: event[:headerBytes]}, nil
}
