package polling

import (
	"context"
	"net/http"
)

// easyPost asks EasyPost: POST /v2/trackers/batch for the trackers that there
// are, and POST /v2/trackers for a parcel that has none yet, which makes one. A
// tracker that is there (for three months) comes back and is not charged again.
// The key is the user of HTTP Basic. EasyPost sets its limits by its load and
// publishes none; what is slow enough for its lists, 5 a second, is so here. A
// batch is what it gives on one page.
func easyPost() *Source {
	return &Source{
		Name:   "easypost",
		URL:    "https://api.easypost.com",
		Limits: Limits{Rate: 5, InFlight: 4, Batch: 20},
		Ask: func(ctx context.Context, q *Question) (*http.Request, error) {
			var batch struct {
				Numbers []string `json:"tracking_codes"`
			}
			for _, p := range q.Parcels {
				batch.Numbers = append(batch.Numbers, p.Number)
			}
			return withKey(q)(q.Post(ctx, []string{"v2", "trackers", "batch"}, batch))
		},
		Begin: func(ctx context.Context, q *Question) (*http.Request, error) {
			var made struct {
				Tracker struct {
					Number  string `json:"tracking_code"`
					Carrier string `json:"carrier,omitzero"`
				} `json:"tracker"`
			}
			made.Tracker.Number, made.Tracker.Carrier = q.Parcels[0].Number, q.Parcels[0].Carrier
			return withKey(q)(q.Post(ctx, []string{"v2", "trackers"}, made))
		},
	}
}

func withKey(q *Question) func(*http.Request, error) (*http.Request, error) {
	return func(request *http.Request, err error) (*http.Request, error) {
		if err == nil {
			request.SetBasicAuth(q.Key, "")
		}
		return request, err
	}
}
