package remap

import (
	"cmp"
	"maps"
	"slices"
)

// Summary is what would change.
type Summary struct {
	Parcels int `json:"parcels"`
	Events  int `json:"events"`
	// Asked are the events that the maps are asked for; the others have their
	// code from their source.
	Asked          int             `json:"asked"`
	EventsChanged  int             `json:"events_changed"`
	ParcelsChanged int             `json:"parcels_changed"`
	Refused        int             `json:"refused"` // records of parcels with changes that the rules do not take today
	Codes          []CodeChange    `json:"codes"`
	Facts          []FactChange    `json:"facts"`
	Webhooks       []WebhookChange `json:"webhooks"`

	order    []string // of facts
	codes    map[CodeChange]int
	facts    map[string]*FactChange
	webhooks map[string]*WebhookChange
}

// FactChange is parcels in which a fact would be another.
type FactChange struct {
	Fact     string    `json:"fact"`
	Parcels  int       `json:"parcels"`
	Examples []Example `json:"examples"`
}

// Example is one such parcel.
type Example struct {
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	Before         string `json:"before"`
	After          string `json:"after"`
}

// WebhookChange is webhooks of a type that would not have been sent any more, or
// would have been besides, to an endpoint that chose every type.
type WebhookChange struct {
	Type string `json:"type"`
	Gone int    `json:"gone"`
	New  int    `json:"new"`
}

// examples is how many are kept of each fact.
const examples = 3

func newSummary() *Summary {
	return &Summary{
		order: []string{FactStatus, FactTerminal, FactDelivered, FactClockStart, FactClockStop, FactAttempts, FactExceptions},
		codes: make(map[CodeChange]int), facts: make(map[string]*FactChange), webhooks: make(map[string]*WebhookChange),
	}
}

// count notes what became of an event's code.
func (s *Summary) count(e *event, code, mapVersion string, asked bool) {
	s.Events++
	if asked {
		s.Asked++
	}
	if code != e.Code {
		s.EventsChanged++
		s.codes[CodeChange{e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Code, code, mapVersion, 0}]++
	}
}

func (s *Summary) fact(name string) *FactChange {
	if s.facts[name] == nil {
		s.facts[name] = &FactChange{Fact: name, Examples: []Example{}}
	}
	return s.facts[name]
}

func (f *FactChange) add(p *parcel, was, is string) {
	f.Parcels++
	if len(f.Examples) < examples {
		f.Examples = append(f.Examples, Example{p.carrier, p.number, was, is})
	}
}

func (s *Summary) webhook(kind string) *WebhookChange {
	if s.webhooks[kind] == nil {
		s.webhooks[kind] = &WebhookChange{Type: kind}
	}
	return s.webhooks[kind]
}

// finish makes the lists: the most frequent first.
func (s *Summary) finish() *Summary {
	s.Codes, s.Facts, s.Webhooks = []CodeChange{}, []FactChange{}, []WebhookChange{}
	for change, events := range s.codes {
		change.Events = events
		s.Codes = append(s.Codes, change)
	}
	slices.SortFunc(s.Codes, func(a, b CodeChange) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Carrier, b.Carrier),
			cmp.Compare(a.RawCode, b.RawCode), cmp.Compare(a.RawStatus, b.RawStatus), cmp.Compare(a.From, b.From))
	})
	for _, name := range s.order {
		if f := s.facts[name]; f != nil {
			s.Facts = append(s.Facts, *f)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(s.webhooks)) {
		if w := s.webhooks[kind]; w.Gone+w.New > 0 {
			s.Webhooks = append(s.Webhooks, *w)
		}
	}
	return s
}
