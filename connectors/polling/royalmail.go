package polling

import (
	"context"
	"net/http"
)

// royalMail asks Royal Mail's Tracking API v2: GET
// /mailpieces/v2/{number}/events, one parcel a request, with a client id and its
// secret. It publishes no rate; every plan of its portal has one, so this is a
// careful one, and an account's own is set with it.
func royalMail() *Source {
	return &Source{
		Name:     "royal-mail",
		URL:      "https://api.royalmail.net",
		Carriers: map[string]string{"royal-mail": ""},
		Limits:   Limits{Rate: 2, InFlight: 2},
		TwoParts: true,
		Ask: func(ctx context.Context, q *Question) (*http.Request, error) {
			request, err := q.Get(ctx, []string{"mailpieces", "v2", q.Parcels[0].Number, "events"})
			if err != nil {
				return nil, err
			}
			request.Header.Set("X-Ibm-Client-Id", q.Key)
			request.Header.Set("X-Ibm-Client-Secret", q.Password)
			request.Header.Set("X-Accept-Rmg-Terms", "yes")
			return request, nil
		},
	}
}
