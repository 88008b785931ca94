package replay

import (
	"slices"

	"waybill/schemas"
)

// Map is a column map: how a row of a CSV file becomes one registration and
// several carrier events. maps/scms.yaml explains the language. Make one with
// ParseMap or LoadMap.
type Map struct {
	// Name is the source of the records.
	Name string `yaml:"name"`
	// Version stands in every event, so that one can tell which form of the map
	// chose its code.
	Version string `yaml:"version"`
	About   string `yaml:"about"`

	Tenant  Template `yaml:"tenant"`
	Carrier Template `yaml:"carrier"`
	Number  Template `yaml:"number"`

	Times        Times           `yaml:"times"`
	Registration RegistrationMap `yaml:"registration"`
	Events       []EventMap      `yaml:"events"`
}

// Times says how the time columns are written.
type Times struct {
	Layouts []Layout `yaml:"layouts"`
	Zone    Zone     `yaml:"zone"`
	// Precision is a column that says how exact a row's times are, where that
	// is coarser than how they are written.
	Precision *PrecisionColumn `yaml:"precision"`
}

// PrecisionColumn maps the cells of a column to second, minute or day. An empty
// cell says nothing.
type PrecisionColumn struct {
	Column string            `yaml:"column"`
	Values map[string]string `yaml:"values"`
}

// RegistrationMap makes the registration of a row.
type RegistrationMap struct {
	Arrival   Arrival  `yaml:"arrival"`
	Reference Template `yaml:"reference"`
	Metadata  Template `yaml:"metadata"`
	// PromisedDate is a column; its day counts.
	PromisedDate string `yaml:"promised_date"`
	// Service is the token of the service level.
	Service     Template   `yaml:"service"`
	Origin      AddressMap `yaml:"origin"`
	Destination AddressMap `yaml:"destination"`
	// WindowDays is 1 to 30 (rule R1); 0 is 30.
	WindowDays int `yaml:"window_days"`
	// Backfill is none, current or all (rule R5); empty is none.
	Backfill string `yaml:"backfill"`
}

// AddressMap makes an address, as much of it as a row knows.
type AddressMap struct {
	Street     Template `yaml:"street"`
	City       Template `yaml:"city"`
	State      Template `yaml:"state"`
	PostalCode Template `yaml:"postal_code"`
	Country    Template `yaml:"country"`
}

// EventMap makes one carrier event of a row, where the column Occurred is not
// empty.
type EventMap struct {
	// RawCode is part of the event's identity (rule I2): never change it once
	// records were published.
	RawCode     string   `yaml:"raw_code"`
	Code        string   `yaml:"code"`
	Description Template `yaml:"description"`
	Occurred    string   `yaml:"occurred"`
	Arrival     Arrival  `yaml:"arrival"`
}

func (m AddressMap) templates() []Template {
	return []Template{m.Street, m.City, m.State, m.PostalCode, m.Country}
}

func (m AddressMap) fill(r row) *schemas.Address {
	a := schemas.Address{
		Street: m.Street.fill(r), City: m.City.fill(r), State: m.State.fill(r),
		PostalCode: m.PostalCode.fill(r), Country: m.Country.fill(r),
	}
	if a == (schemas.Address{}) {
		return nil
	}
	return &a
}

// columns lists every column that the map names, each once.
func (m *Map) columns() []string {
	templates := []Template{m.Tenant, m.Carrier, m.Number, m.Registration.Reference, m.Registration.Metadata, m.Registration.Service}
	templates = append(templates, m.Registration.Origin.templates()...)
	templates = append(templates, m.Registration.Destination.templates()...)
	names := m.Registration.Arrival.columns()
	for _, t := range templates {
		names = append(names, t.columns()...)
	}
	if m.Registration.PromisedDate != "" {
		names = append(names, m.Registration.PromisedDate)
	}
	if m.Times.Precision != nil {
		names = append(names, m.Times.Precision.Column)
	}
	for _, e := range m.Events {
		names = append(append(names, e.Occurred), e.Description.columns()...)
		names = append(names, e.Arrival.columns(wordRegistration, wordOccurred)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
