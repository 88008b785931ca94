package remap

import (
	"strings"

	"waybill/connectors/replay"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// CodeChange is events of one source and raw code whose code changes.
type CodeChange struct {
	Source    string `json:"source"`
	Carrier   string `json:"carrier"`
	RawCode   string `json:"raw_code"`
	RawStatus string `json:"raw_status"`
	From      string `json:"from"`
	To        string `json:"to"`
	Map       string `json:"map"` // version of the map that says so; empty: none does
	Events    int    `json:"events"`
}

// recoder maps events anew.
type recoder struct {
	maps   *codemap.Maps
	source string // only events of this source; empty: of all
}

// recode gives the code that the maps give an event now. An event whose source
// gave the code itself keeps it: no map was asked, and none would be.
func (r *recoder) recode(e *event) (code, mapVersion string, asked bool) {
	if !r.concerns(e) {
		return e.Code, e.MapVersion, false
	}
	if code, mapVersion, ok := r.maps.Lookup(e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Description); ok {
		return code, mapVersion, true
	}
	return status.CodeUnmapped, "", true
}

func (r *recoder) concerns(e *event) bool {
	if r.source != "" && e.Source != r.source || e.RawCode == "" && e.RawStatus == "" && e.Description == "" {
		return false
	}
	name, _, _ := strings.Cut(e.MapVersion, "/")
	return name != "" && r.maps.Has(name) || e.MapVersion == "" && e.Code == status.CodeUnmapped
}

// records gives the parcel's log as it was and as it would be, or nothing where
// no code changes: the same log makes the same.
func (r *recoder) records(p *parcel, s *Summary) (before, after []replay.Record) {
	for i := range p.registrations {
		before = append(before, p.registrations[i].record())
	}
	after = append(after, before...)
	changed := s.EventsChanged
	for i := range p.events {
		e := &p.events[i]
		code, version, asked := r.recode(e)
		s.count(e, code, version, asked)
		before = append(before, e.record(e.Code, e.MapVersion))
		after = append(after, e.record(code, version))
	}
	if s.EventsChanged == changed {
		return nil, nil
	}
	replay.Order(before)
	replay.Order(after)
	return before, after
}
