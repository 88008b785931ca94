package shape

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"waybill/connectors/simulate"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// Payload is what a source sends at a time.
type Payload struct {
	// Source is the dialect.
	Source     string          `json:"source"`
	ReceivedAt time.Time       `json:"received_at"`
	Payload    json.RawMessage `json:"payload"`
}

// Shape tells parcels in the shape of one source.
type Shape struct {
	// Name is that of the dialect.
	Name string
	// Carriers are those whose parcels it tells of, by slug.
	Carriers []string

	form  *form
	words *words
}

// form is how a source's payloads look.
type form struct {
	name     string
	carriers []string
	// otherwise is the source's main status of what no other stands for.
	otherwise string
	// local: its times are local, so that it cannot tell when something happened
	// of which it does not know where.
	local  bool
	render func(*view) any
}

// object is an object of JSON.
type object = map[string]any

// platformCarriers are whose parcels the platforms tell of.
var platformCarriers = []string{"royal-mail", "usps", "ups", "fedex", "dhl-express"} //nolint:gochecknoglobals // it does not change

func forms() []*form {
	return []*form{
		{name: "shippo", carriers: platformCarriers, otherwise: "TRANSIT", render: renderShippo},
		{name: "shipengine", carriers: platformCarriers, otherwise: "EX", render: renderShipEngine},
		{name: "easypost", carriers: platformCarriers, otherwise: "in_transit", render: renderEasyPost},
		{name: "aftership", carriers: platformCarriers, otherwise: "Exception", render: renderAfterShip},
		{name: "17track", carriers: platformCarriers, otherwise: "Exception", render: render17Track},
		{name: "trackingmore", carriers: platformCarriers, otherwise: "exception", local: true, render: renderTrackingMore},
		{name: "clickpost", carriers: platformCarriers, render: renderClickPost},
		{name: "intersoft", carriers: []string{"royal-mail"}, render: renderIntersoft},
		{name: "royal-mail", carriers: []string{"royal-mail"}, render: renderRoyalMail},
		{name: "ups", carriers: []string{"ups"}, otherwise: "X", local: true, render: renderUPS},
	}
}

// Names lists the shapes.
func Names() []string {
	var names []string
	for _, f := range forms() {
		names = append(names, f.name)
	}
	return names
}

// Named finds a shape. The maps say what the source calls the codes of the model.
func Named(name string, model *status.Model, maps *codemap.Maps) (*Shape, error) {
	all := forms()
	i := slices.IndexFunc(all, func(f *form) bool { return f.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no shape %q; there are %v", name, Names())
	}
	w, err := newWords(all[i], model, maps)
	if err != nil {
		return nil, err
	}
	return &Shape{Name: name, Carriers: all[i].carriers, form: all[i], words: w}, nil
}

// Tell gives the payloads of a parcel, one for each thing that is told of it, in
// order of arrival. Corrections by hand are not the source's to tell.
func (s *Shape) Tell(p *simulate.Parcel) ([]Payload, error) {
	payloads := make([]Payload, 0, len(p.Told))
	v := &view{shape: s}
	for i := range p.Told {
		t := &p.Told[i]
		if r := t.Registration; r != nil && (r.Action == "" || r.Action == schemas.ActionRegister) {
			v.begin(r)
		}
		if t.Event == nil || s.form.local && t.Event.Location == nil {
			continue
		}
		v.hear(t.Event, t.Arrival)
		body, err := json.Marshal(s.form.render(v))
		if err != nil {
			return nil, fmt.Errorf("telling a parcel in the shape of %s: %w", s.Name, err)
		}
		payloads = append(payloads, Payload{Source: s.Name, ReceivedAt: t.Arrival, Payload: body})
	}
	return payloads, nil
}
