package polling

import (
	"context"
	"net/http"
)

// dhl asks DHL's Shipment Tracking - Unified: GET /track/shipments, one parcel a
// request, the key in the header DHL-API-Key. Without a service it at times
// answers about another parcel that has the number, so the service is named where
// one is known. A new key has 250 requests a day, counted from 00:00 UTC, and one
// every five seconds; an account with more says so (rate, per_day).
func dhl() *Source {
	return &Source{
		Name: "dhl-universal",
		URL:  "https://api-eu.dhl.com",
		Carriers: map[string]string{
			"dhl-express": "express", "dhl-parcel-de": "parcel-de", "dhl-parcel-nl": "parcel-nl", "dhl-poland": "parcel-pl",
			"dhl-parcel-uk": "parcel-uk", "dhl-ecommerce": "ecommerce", "dhl-global-forwarding": "dgf", "dhl-freight": "freight",
			"deutsche-post": "",
		},
		Limits: Limits{Rate: 0.2, PerDay: 250, InFlight: 1},
		Ask: func(ctx context.Context, q *Question) (*http.Request, error) {
			p := q.Parcels[0]
			request, err := q.Get(ctx, []string{"track", "shipments"}, "trackingNumber", p.Number, "service", p.Carrier, "language", "en")
			if err != nil {
				return nil, err
			}
			request.Header.Set("Dhl-Api-Key", q.Key)
			return request, nil
		},
	}
}
