package polling

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json"

	"waybill/connectors/dialects"
	"waybill/schemas"
)

// Source is how one carrier or platform is asked. docs/connectors/polling.md
// shows how to add one.
type Source struct {
	// Name is the dialect of its answers, and what accounts call it (source).
	Name string
	// URL is where its API begins, as it is published.
	URL string
	// Carriers are those whose own API it is, by slug, with what it calls each.
	// Empty: it is a platform, and each account says which carriers it is for.
	Carriers map[string]string
	// Limits are those that it publishes for its smallest account.
	Limits Limits
	// TwoParts tells that its credentials have two parts: a key and a password.
	TwoParts bool
	// Ask makes the request about parcels: one, or up to Limits.Batch of them.
	Ask func(ctx context.Context, q *Question) (*http.Request, error)
	// Begin makes the request about a parcel that the answer to Ask leaves out.
	// nil: what an answer leaves out, the source does not know.
	Begin func(ctx context.Context, q *Question) (*http.Request, error)
}

// Limits are how a source may be asked.
type Limits struct {
	// Rate is requests a second.
	Rate float64
	// PerDay is requests on a day of UTC. 0: as many as Rate allows.
	PerDay int
	// InFlight is how many requests may be under way at a time.
	InFlight int
	// Batch is how many parcels a request may be about. 0: one.
	Batch int
}

// Question is what a source is asked.
type Question struct {
	// Base is where its API begins.
	Base *url.URL
	// Key and Password are the account's credentials.
	Key, Password string
	// Parcels are those it is asked about, one at least.
	Parcels []Parcel
}

// Parcel is one parcel as a source knows it.
type Parcel struct {
	// Carrier is what the source calls the carrier; empty: it needs no name.
	Carrier string
	// Number is the tracking number, canonical.
	Number string
}

// Sources lists the sources that can be asked.
func Sources() []*Source {
	return []*Source{dhl(), easyPost(), royalMail(), shipEngine()}
}

// sourceNamed finds a source by any spelling of its dialect's name or aliases.
func sourceNamed(all []*Source, name string) *Source {
	if d := dialects.Named(name); d != nil {
		name = d.Name
	}
	i := slices.IndexFunc(all, func(s *Source) bool { return s.Name == schemas.CanonicalCarrier(name) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// Get makes a request for a path below the base, with pairs of a name and a
// value as its query; an empty value is left out.
func (q *Question) Get(ctx context.Context, path []string, query ...string) (*http.Request, error) {
	u := q.Base.JoinPath(escape(path)...)
	values := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		if query[i+1] != "" {
			values.Set(query[i], query[i+1])
		}
	}
	u.RawQuery = values.Encode()
	return http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
}

// Post makes a request with a JSON body.
func (q *Question) Post(ctx context.Context, path []string, body any) (*http.Request, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("writing the question: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, q.Base.JoinPath(escape(path)...).String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// escape keeps each name of a path one name, whatever is in it.
func escape(path []string) []string {
	escaped := make([]string, len(path))
	for i, name := range path {
		escaped[i] = url.PathEscape(name)
	}
	return escaped
}
