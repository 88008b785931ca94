package places

import "strings"

// maxName bounds the names that are looked up, in bytes; longer ones are no
// places.
const maxName = 64

// Zone gives the IANA zone of a place, where it is certain (T2): of a country
// with one zone, of a state or province, or of a town that is known to have
// another. Where a state has two zones that count, the town is needed, and in
// some only the larger ones are known; then ok is false, as it is for a place
// that is not known.
//
// country is as Country takes it, state a postal code or a name; state and town
// may be empty. Case and accents are nothing. It does not allocate.
func Zone(country, state, town string) (zone string, ok bool) {
	t := tables()
	c := t.country(country)
	if c == nil {
		return "", false
	}
	var buffer [4 + 2*maxName]byte
	key := append(buffer[:0], c.code...)
	if zone = t.part(key, state); zone == "" {
		zone = t.part(key, town)
	}
	if zone != "" {
		return zone, true
	}
	found := t.states[string(appendName(append(key, ' '), state))]
	switch {
	case state == "" || found == nil:
		return c.zone, c.zone != ""
	case town == "" && found.needsTown:
		return "", false
	}
	if zone = t.towns[string(appendName(append(append(key, found.code...), ' '), town))]; zone != "" {
		return zone, true
	}
	return found.zone, found.zone != ""
}

// Country gives the ISO 3166-1 alpha-2 code of a country from its code of two or
// three letters or its name in a language that sources write. What it does not
// know stays as it is, without blanks around. It does not allocate.
func Country(name string) string {
	if c := tables().country(name); c != nil {
		return c.code
	}
	return strings.TrimSpace(name)
}

// Known tells whether a name is one of a country, as Country takes it.
func Known(name string) bool { return tables().country(name) != nil }

func (t *table) country(name string) *country {
	var buffer [maxName]byte
	return t.countries[string(appendName(buffer[:0], name))]
}

// part gives the zone of a part of a country that lies far from the rest of it.
func (t *table) part(key []byte, name string) string {
	if name == "" {
		return ""
	}
	return t.towns[string(appendName(append(key, "* "...), name))]
}

// appendName appends a name, folded, or nothing that any name has if it is too
// long.
func appendName(to []byte, name string) []byte {
	if len(name) > maxName {
		return append(to, '?')
	}
	return appendFolded(to, name)
}
