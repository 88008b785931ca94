package tracking

import (
	"strings"
	"unicode/utf8"

	"waybill/schemas"
)

// Bounds on what one key's state and outputs may hold. Longer texts are cut. A
// shipment whose every bound is reached still fits a record.
const (
	maxName        = schemas.MaxNameBytes // bytes of a name, id, code or word
	maxPlace       = schemas.MaxNameBytes // bytes of each part of a place or address
	maxDescription = 300                  // bytes of the carrier's own words
	maxMetadata    = schemas.MaxMetadata  // characters of a tenant's own text (R1)

	maxHistory       = 256  // events that Config.History may ask for
	maxForgotten     = 8192 // identities of events that left the history (I5)
	maxHeld          = 128  // events of one shipment that wait
	maxRegistrations = 64   // of one shipment
	maxIdempotency   = 16   // idempotency keys remembered for a registration
	maxETAChanges    = 64   // moves of the ETA that state holds
	maxEpisodes      = 64   // exception episodes that state holds
	maxLives         = 3    // lives of one number; all but two are closed records
)

// clip cuts a text to a number of bytes, between characters, and mends what is
// no UTF-8.
func clip(s string, most int) string {
	if len(s) <= most && utf8.ValidString(s) {
		return s
	}
	if len(s) > most {
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}

// clipRunes cuts a text to a number of characters.
func clipRunes(s string, most int) string {
	s = clip(s, most*utf8.UTFMax)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

func clipLocation(l *schemas.Location) *schemas.Location {
	if l == nil || *l == (schemas.Location{}) {
		return nil
	}
	clipped := schemas.Location{
		Name: clip(l.Name, maxPlace), City: clip(l.City, maxPlace), State: clip(l.State, maxPlace),
		PostalCode: clip(l.PostalCode, maxPlace), Country: clip(l.Country, maxPlace),
	}
	if clipped == *l {
		return l // as most are; nobody changes a place
	}
	moved := clipped
	return &moved
}

func clipAddress(a *schemas.Address) *schemas.Address {
	if a == nil || *a == (schemas.Address{}) {
		return nil
	}
	return &schemas.Address{
		Street: clip(a.Street, maxPlace), City: clip(a.City, maxPlace), State: clip(a.State, maxPlace),
		PostalCode: clip(a.PostalCode, maxPlace), Country: clip(a.Country, maxPlace),
	}
}

func clipService(s *schemas.ServiceLevel) *schemas.ServiceLevel {
	if s == nil || *s == (schemas.ServiceLevel{}) {
		return nil
	}
	return &schemas.ServiceLevel{
		Name: clip(s.Name, maxName), Token: clip(s.Token, maxName), Terms: clip(s.Terms, maxName),
		ExtendedToken: clip(s.ExtendedToken, maxName), ParentToken: clip(s.ParentToken, maxName),
	}
}
