package codemap

import (
	"strings"

	"waybill/schemas"
	"waybill/schemas/status"
)

// Lookup finds the code of the model for what a source says of an event: its
// code, its status word and its description, each may be empty. The map of the
// source is asked, or where there is none the map of the carrier; where that has
// no answer, or none but unmapped, the words of the description are. version
// names the map that answered. Where nothing has an answer, ok is false.
//
// A source's name may end in the way it comes in: shippo-push is shippo.
func (m *Maps) Lookup(source, carrier, rawCode, rawStatus, description string) (code, version string, ok bool) {
	found, version := m.lookup(source, carrier, rawCode, rawStatus)
	if found == nil || silent(found) {
		if said := m.words.find(description); said != nil {
			return said.Name, m.words.Version, true
		}
	}
	if found == nil {
		return "", "", false
	}
	return found.Name, version, true
}

// lookup asks the maps, and gives nil where they have no answer.
func (m *Maps) lookup(source, carrier, rawCode, rawStatus string) (code *status.Code, version string) {
	from := m.source(source)
	own := from == nil
	if own {
		from = m.source(carrier)
	}
	if from == nil {
		return nil, ""
	}
	found, byCode := from.find(rawCode, rawStatus)
	if from.CarrierCodes && !own && !byCode {
		if c := m.source(carrier); c != nil {
			if detail, known := c.find(rawCode, ""); known && (found == nil || silent(found) || found.Status == detail.Status) {
				return detail, c.Version
			}
		}
	}
	return found, from.Version
}

// source finds a map by any name of its source.
func (m *Maps) source(name string) *Source {
	if s := m.named(name); s != nil || name == "" {
		return s
	}
	return m.named(schemas.CanonicalCarrier(name))
}

func (m *Maps) named(name string) *Source {
	if s := m.byName[name]; s != nil {
		return s
	}
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		switch name[i+1:] {
		case "push", "webhook", "poll", "file":
			return m.byName[name[:i]]
		}
	}
	return nil
}

// find gives what a raw code and a raw status mean together, or nil. byCode
// tells whether the raw code had a say.
func (s *Source) find(rawCode, rawStatus string) (code *status.Code, byCode bool) {
	detail, own := pick(s.codes, s.statuses, rawCode), true
	if s.CarrierCodes && rawStatus != "" {
		detail, own, rawStatus = s.passedOn(rawCode, rawStatus)
	}
	main := pick(s.statuses, nil, rawStatus)
	if main == nil && detail == nil {
		main = pick(s.codes, nil, rawStatus)
	}
	said := detail.read(rawStatus)
	switch {
	case main == nil:
		return said, own && said != nil && !silent(said)
	case said == nil || silent(said), main.decisive && said.Status != main.code.Status:
		return main.read(rawStatus), false
	}
	return said, own
}

// passedOn tells the two kinds of raw codes apart that a platform sends which
// passes on carriers' codes: its own, and the carrier's. Beside the latter its
// own may stand behind the status: in_transit/delayed. A carrier's code may look
// like one of its statuses, and is none.
func (s *Source) passedOn(rawCode, rawStatus string) (detail *entry, own bool, status string) {
	status, finer, _ := strings.Cut(rawStatus, "/")
	if detail = pick(s.codes, nil, rawCode); detail == nil {
		return pick(s.codes, nil, finer), false, status
	}
	return detail, true, status
}

// read gives the meaning of an entry beside a raw status.
func (e *entry) read(rawStatus string) *status.Code {
	if e == nil {
		return nil
	}
	if len(e.remarks) > 0 {
		text := strings.ToLower(rawStatus)
		for _, r := range e.remarks {
			for _, word := range r.words {
				if strings.Contains(text, word) {
					return r.code
				}
			}
		}
	}
	return e.code
}

// silent tells whether a code says nothing, so that the status is asked.
func silent(c *status.Code) bool { return c.Name == status.CodeUnmapped }

// pick finds a raw word in the first table or else in the second.
func pick(first, second map[string]*entry, raw string) *entry {
	if raw == "" {
		return nil
	}
	if e := first[raw]; e != nil {
		return e
	}
	if e := second[raw]; e != nil {
		return e
	}
	folded := fold(raw)
	if e := first[folded]; e != nil {
		return e
	}
	return second[folded]
}
