package api

import "waybill/connectors/carriers"

// numberJudged is what is known of a tracking number by its form.
type numberJudged struct {
	Number    string `json:"number"` // as it was given
	Valid     bool   `json:"valid"`
	Reason    string `json:"reason"`
	Canonical string `json:"canonical"`
	// Candidates are the likeliest first.
	Candidates []carriers.Candidate `json:"candidates"`
}

// listCarriers lists the carriers that are known here.
func (a *API) listCarriers(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	return ok(map[string]any{"carriers": list(a.cfg.Carriers.Facts())})
}

// checkNumber says of a tracking number whether it is right, and whose it could
// be (R2).
func (a *API) checkNumber(c *call) (*answer, error) {
	q := queryOf(c.Request)
	number, carrier := q.sought("number"), q.sought("carrier")
	if number == "" {
		q.blame(wrong("number", "number is empty; it is the tracking number that is asked about"))
	}
	if err := q.done(); err != nil {
		return nil, err
	}
	judged, known := a.cfg.Carriers.Judge(carrier, number)
	if !known {
		return nil, wrong("carrier", "there is no carrier %.40q%s; /v4/carriers lists them", carrier, a.cfg.Carriers.DidYouMean(carrier))
	}
	return ok(&numberJudged{number, judged.Valid, judged.Reason, judged.Canonical, list(a.cfg.Carriers.Detect(number))})
}
