// Package carriers is what Waybill knows about carriers: the names that
// sources have for them, the form of their tracking numbers, and which of their
// services are tracked. The knowledge is data (carriers.yaml, numbers.yaml, and a file of the
// user's own); the code only reads it and asks it.
//
// It holds no state and reads no more than that file. It imports schemas for the canonical form
// of names and numbers, and nothing else of Waybill. The rules of a parcel's
// life are handed a Table as a value, so that they need not import it.
//
// Start reading at carriers.yaml and numbers.yaml, then Table; data.go and
// families.go read the two, and products.go judges services (R3). numbers.go
// judges numbers (R2) and detect.go tells whose they could be, both by the forms
// of form.go; a check digit's arithmetic is in checkdigit.go, under the name by
// which a form asks for it. facts.go tells what is known of each carrier.
package carriers
