package dialects

import (
	"errors"
	"time"

	"waybill/connectors/carriers"
	"waybill/schemas/yamlfile"
)

// Auto is the name that has the dialect told from the payload.
const Auto = "auto"

// MaxPayloadBytes bounds a payload.
const MaxPayloadBytes = 16 << 20

// Options say how payloads came in.
type Options struct {
	// Received is when: the received_at of the events. Required.
	Received time.Time
	// Way is how: push, poll or file. It makes the events' source and source
	// kind. Required.
	Way Way
	// Carriers makes names of carriers canonical. Required.
	Carriers *carriers.Table
	// Number and Carrier are those of the parcel that was asked about, for
	// answers that do not repeat them. Empty: the payload has to say.
	Number, Carrier string
	// Unkeyed: events of which nobody says the carrier or the number are told all
	// the same. They have no shipment key, and are for people to look at.
	Unkeyed bool
}

// Way is how a payload came in.
type Way string

// The ways.
const (
	Push Way = "push"
	Poll Way = "poll"
	File Way = "file"
)

// Parse reads a payload in the dialect of that name, or in the one it is found
// to be in (Auto). The error is a *PayloadError.
func Parse(name string, payload []byte, o Options) (*Reading, error) {
	if len(payload) > MaxPayloadBytes {
		return nil, &PayloadError{Dialect: name, Kind: Malformed, Problem: "it has more than 16 MiB"}
	}
	if name == Auto {
		found, err := Detect(payload)
		if err != nil {
			return nil, err
		}
		return found.Parse(payload, o)
	}
	d := Named(name)
	if d == nil {
		return nil, &PayloadError{Dialect: name, Kind: UnknownDialect, Problem: "there is no such dialect" + yamlfile.DidYouMean(name, Names())}
	}
	return d.Parse(payload, o)
}

// Parse reads a payload. The error is a *PayloadError.
func (d *Dialect) Parse(payload []byte, o Options) (*Reading, error) {
	return d.parse(payload, o, false)
}

// parse reads a payload; thorough is one in which something may be wrong.
func (d *Dialect) parse(payload []byte, o Options, thorough bool) (*Reading, error) {
	r := readers.Get().(*reader) //nolint:forcetypeassert // nothing else is put there
	defer r.release()
	r.Options, r.dialect, r.payload, r.thorough = o, d, payload, thorough
	r.source, r.at, r.out = d.Name+"-"+string(o.Way), new(o.Received), &Reading{Dialect: d.Name}
	if err := d.read(r); err != nil {
		if known, ok := errors.AsType[*PayloadError](err); ok {
			return nil, known
		}
		kind := Malformed
		if errors.Is(err, errNotThis) {
			kind = WrongDialect
		}
		return nil, &PayloadError{Dialect: d.Name, Kind: kind, Problem: err.Error()}
	}
	r.finish()
	return r.out, nil
}

// Names lists the names of the dialects.
func Names() []string {
	var names []string
	for _, d := range dialects {
		names = append(names, d.Name)
	}
	return names
}
