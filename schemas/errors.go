package schemas

import "fmt"

// DecodeError says why bytes are not a value of a record type. It goes into
// the dead letter's header waybill-error.
type DecodeError struct {
	// Record is the record type that was wanted, for example CarrierEvent.
	Record string
	// Field is the path of the field at fault, empty when it is not one field.
	Field string
	// Problem says what is wrong and what to do, in a sentence.
	Problem string
}

func (e *DecodeError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("reading a %s: %s", e.Record, e.Problem)
	}
	return fmt.Sprintf("reading a %s: field %s: %s", e.Record, e.Field, e.Problem)
}
