// Package carriers is what Waybill knows about carriers: the names that
// sources have for them, and the form of their tracking numbers. The knowledge
// is data (carriers.yaml); the code only reads it and asks it.
//
// It holds no state and does no I/O. It imports schemas for the canonical form
// of names and numbers, and nothing else of Waybill. The rules of a parcel's
// life are handed a Table as a value, so that they need not import it.
//
// Start reading at carriers.yaml, then Table. A check digit's arithmetic is in
// checkdigit.go, under the name by which carriers.yaml asks for it.
package carriers
