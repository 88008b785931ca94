package polling

import (
	"context"
	"net/http"
)

// shipEngine asks ShipEngine (now ShipStation API): GET /v1/tracking, one parcel
// a request, the key in the header API-Key. It publishes 200 requests a minute,
// and says in Retry-After how many seconds to wait after more.
func shipEngine() *Source {
	return &Source{
		Name:   "shipengine",
		URL:    "https://api.shipengine.com",
		Limits: Limits{Rate: 200.0 / 60, InFlight: 4},
		Ask: func(ctx context.Context, q *Question) (*http.Request, error) {
			p := q.Parcels[0]
			request, err := q.Get(ctx, []string{"v1", "tracking"}, "carrier_code", p.Carrier, "tracking_number", p.Number)
			if err != nil {
				return nil, err
			}
			request.Header.Set("Api-Key", q.Key)
			return request, nil
		},
	}
}
