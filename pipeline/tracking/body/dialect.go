package body

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"waybill/schemas/shippo"
	"waybill/schemas/status/codemap"
)

// Dialects that an endpoint may choose: Waybill's own form, and the shapes of
// two platforms, so that what was built to read those can stay as it is.
const (
	DialectWaybill    = "waybill"
	DialectShippo     = "shippo"
	DialectShipEngine = "shipengine"
)

// Versions of the dialects: of Waybill's form, and of the platforms' interfaces.
const (
	VersionWaybill    = "1"
	VersionShippo     = shippo.Version
	VersionShipEngine = "v1"
)

// versions are all dialects, the default first. Each has one version so far.
func versions() [][2]string {
	return [][2]string{
		{DialectWaybill, VersionWaybill}, {DialectShippo, VersionShippo}, {DialectShipEngine, VersionShipEngine},
	}
}

// Choose completes what somebody chose as a dialect: nothing is Waybill's own
// form, no version is the dialect's newest. The error names those that there are.
func Choose(dialect, version string) (string, string, error) {
	known := versions()
	if dialect == "" {
		dialect = DialectWaybill
	}
	i := slices.IndexFunc(known, func(v [2]string) bool { return v[0] == dialect })
	if i >= 0 && (version == "" || version == known[i][1]) {
		return dialect, known[i][1], nil
	}
	names := make([]string, len(known))
	for i, v := range known {
		names[i] = v[0] + " " + v[1]
	}
	return "", "", fmt.Errorf("the dialect %q is not known; known are %s", strings.TrimSpace(dialect+" "+version), strings.Join(names, ", "))
}

// Whole tells whether a dialect's bodies always carry the history.
func Whole(dialect string) bool { return dialect == DialectShippo || dialect == DialectShipEngine }

// Dialects writes bodies in the dialects, with the platforms' words for the
// codes of the model. It is safe for concurrent use. A nil one has Waybill's own
// form only.
type Dialects struct{ shippo, shipEngine *codemap.Dialect }

// NewDialects takes the maps out of the two platforms.
func NewDialects(maps *codemap.Maps) (*Dialects, error) {
	d := &Dialects{shippo: maps.Dialect(DialectShippo), shipEngine: maps.Dialect(DialectShipEngine)}
	if d.shippo == nil || d.shipEngine == nil {
		return nil, errors.New("preparing the dialects of webhooks: the map out to shippo or to shipengine is missing")
	}
	return d, nil
}

// Append appends a webhook in a dialect to dst. A dialect that this build does
// not know, as a newer one may have allowed, gets Waybill's own form.
func (d *Dialects) Append(dst []byte, dialect string, w *Webhook) []byte {
	if d == nil {
		return Append(dst, w)
	}
	switch dialect {
	case DialectShippo:
		return append(dst, fit(w.History, func(history []Event) []byte { return toJSON(d.shippoBody(w, history)) })...)
	case DialectShipEngine:
		return append(dst, fit(w.History, func(history []Event) []byte { return toJSON(d.shipEngineBody(w, history)) })...)
	}
	return Append(dst, w)
}

// fit writes a body with as much of the history as there is room for (W12). The
// dialects cannot be without, so the oldest events give way.
func fit(history []Event, write func(history []Event) []byte) []byte {
	whole := write(history)
	if len(whole) < Max {
		return whole
	}
	drop := sort.Search(len(history), func(n int) bool { return len(write(history[n:])) < Max })
	return write(history[drop:])
}
