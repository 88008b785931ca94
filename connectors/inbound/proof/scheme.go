package proof

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The schemes. Those that bear a platform's name are its own way.
const (
	Shippo                = "shippo"
	EasyPost              = "easypost"
	EasyPostV2            = "easypost-v2"
	AfterShip             = "aftership"
	SeventeenTrack        = "17track"
	TrackingMore          = "trackingmore"
	TrackingMoreTimestamp = "trackingmore-timestamp"
	TrackingMoreV2        = "trackingmore-v2"
	ShipEngine            = "shipengine"
	ClickPost             = "clickpost"
	StandardWebhooks      = "standard-webhooks"
	HMACHex               = "hmac-hex"
	HMACBase64            = "hmac-base64"
	Header                = "header"
	Query                 = "query"
	Basic                 = "basic"
	Bearer                = "bearer"
)

// Scheme is one way to prove who sends.
type Scheme struct {
	Name string
	// Covers says what of a request a stranger cannot change or send again.
	Covers string

	user, header, timed, keys bool // what it takes
	needsHeader               bool
	make                      func(*Config) (way, error)
}

// Schemes lists the schemes.
func Schemes() []Scheme {
	const body, timed, nothing = "the body", "the body and its time", "nothing: whoever sees one request can send others"
	const timeOnly = "the time alone: whoever sees one request can send others for as long as the window"
	return []Scheme{
		{Name: Shippo, Covers: timed, timed: true, make: newShippo},
		{Name: EasyPost, Covers: body, make: newEasyPost},
		{Name: EasyPostV2, Covers: timed, timed: true, make: newEasyPostV2},
		{Name: AfterShip, Covers: body, make: newAfterShip},
		{Name: SeventeenTrack, Covers: body, make: newSeventeenTrack},
		{Name: TrackingMore, Covers: body, header: true, make: newTrackingMore},
		{Name: TrackingMoreTimestamp, Covers: timeOnly, header: true, timed: true, make: newTrackingMoreTimestamp},
		{Name: TrackingMoreV2, Covers: timeOnly, timed: true, make: newTrackingMoreV2},
		{Name: ShipEngine, Covers: timed, timed: true, keys: true, make: newShipEngine},
		{Name: ClickPost, Covers: nothing, make: newClickPost},
		{Name: StandardWebhooks, Covers: timed, timed: true, make: newStandard},
		{Name: HMACHex, Covers: body, header: true, needsHeader: true, make: newHMACHex},
		{Name: HMACBase64, Covers: body, header: true, needsHeader: true, make: newHMACBase64},
		{Name: Header, Covers: nothing, header: true, needsHeader: true, make: newHeader},
		{Name: Query, Covers: nothing, header: true, make: newQuery},
		{Name: Basic, Covers: nothing, user: true, make: newBasic},
		{Name: Bearer, Covers: nothing, make: newBearer},
	}
}

// Own is the scheme that a source uses where none is chosen; empty: it has none
// of its own. INTERSOFT calls with what the customer has typed in there: a user
// or a token.
func Own(source, user string) string {
	switch source {
	case Shippo, EasyPost, AfterShip, SeventeenTrack, TrackingMore, ShipEngine, ClickPost:
		return source
	case "intersoft":
		if user != "" {
			return Basic
		}
		return Bearer
	}
	return ""
}

func find(name string) (*Scheme, error) {
	all := Schemes()
	if i := slices.IndexFunc(all, func(s Scheme) bool { return s.Name == name }); i >= 0 {
		return &all[i], nil
	}
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return nil, fmt.Errorf("there is no scheme %q; there are %s", name, strings.Join(names, ", "))
}

// takes refuses a configuration that lacks what the scheme needs, or has what it
// has no use for: somebody has meant another one.
func (s *Scheme) takes(c *Config) error {
	switch {
	case s.keys && c.Keys == nil:
		return errors.New("it needs a key_set")
	case s.keys && len(c.Secrets) > 0:
		return errors.New("it has public keys and takes no secrets")
	case !s.keys && c.Keys != nil:
		return errors.New("it takes no key_set")
	case !s.keys && len(c.Secrets) == 0:
		return errors.New("it needs at least one secret")
	case slices.Contains(c.Secrets, ""):
		return errors.New("a secret is empty")
	case s.user && c.User == "":
		return errors.New("it needs a user")
	case !s.user && c.User != "":
		return errors.New("it takes no user")
	case s.needsHeader && c.Header == "":
		return errors.New("it needs a header")
	case !s.header && c.Header != "":
		return errors.New("it takes no header")
	case !s.timed && c.Window != 0:
		return errors.New("it has no time, and takes no window")
	}
	return nil
}
