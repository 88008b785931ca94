// Package dialects reads what carriers and platforms send or answer: a payload
// comes in, carrier events come out, with the source's own codes, words and
// times (connectors, C2 to C4). It decides nothing about order, duplicates or
// what a code means: maps and rules do.
//
// It is pure and imports schemas, connectors/carriers and connectors/places.
//
// Start reading at Parse in parse.go and at shippo.go, which is a dialect as they
// all are:
//
//	dialect.go   what a dialect is, and the list of them
//	detect.go    which dialect a payload is in
//	reading.go   what comes of a payload: events and failures
//	reader.go    how a dialect tells its events
//	finish.go    what is known of a parcel put to its events
//	when.go      times and their zones (T2); iso.go those of the usual form
//	value.go     texts, truth values and lists as sources write them: text, flag, many
//	json.go      JSON within bounds; xml.go the same for XML
//	plan.go      JSON in which nothing is wrong, in one pass, by a plan of each type:
//	             members.go that of an object, cursor.go what reads the bytes
//	loose.go     all other JSON: what becomes of values of a wrong type
//	answer.go    why a source could not tell, by its codes; refusal.go by its words
//	place_of.go  places that stand in one text; dhl_area.go those of DHL
//
// One bad event does not lose the others: read a list of events as a many, and
// an object that may be something else in its place as a many too (its one is
// the object). A member with a value of a wrong type becomes a failure that
// says where it stands; outside of lists such a value counts as missing, and is
// a failure as well. A dialect has nothing to do for it.
package dialects
