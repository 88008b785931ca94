package polling

import (
	"context"
	"net/http"
)

// shippo asks Shippo: GET /tracks/{carrier}/{number}, one parcel a request, the
// token in the header Authorization. It publishes 500 requests a minute.
func shippo() *Source {
	return &Source{
		Name:   "shippo",
		URL:    "https://api.goshippo.com",
		Limits: Limits{Rate: 500.0 / 60, InFlight: 4},
		Ask: func(ctx context.Context, q *Question) (*http.Request, error) {
			p := q.Parcels[0]
			request, err := q.Get(ctx, []string{"tracks", p.Carrier, p.Number})
			if err != nil {
				return nil, err
			}
			request.Header.Set("Authorization", "ShippoToken "+q.Key)
			return request, nil
		},
	}
}
