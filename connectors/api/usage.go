package api

import (
	"context"
	"time"
)

// usedMonths is how many months are shown where no time is given.
const usedMonths = 12

// month is what a tenant used in a calendar month (UTC), and of whom.
type month struct {
	Month    string         `json:"month"`
	Units    uint64         `json:"units"`
	Carriers []carrierUnits `json:"carriers"`
}

type carrierUnits struct {
	Carrier string `json:"carrier"`
	Units   uint64 `json:"units"`
}

// quota is a tenant's allowance of the present month (R8). Null is no limit.
type quota struct {
	Month string `json:"month"`
	Limit *int64 `json:"limit"`
	Used  int64  `json:"used"`
	Left  *int64 `json:"left"`
}

// usage tells what a tenant has used, by month and carrier, and what is left.
func (a *API) usage(c *call) (*answer, error) {
	q := queryOf(c.Request)
	since, until := q.time("since"), q.time("until")
	if err := q.done(); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	present := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if since.IsZero() {
		since = present.AddDate(0, 1-usedMonths, 0)
	}
	if until.IsZero() {
		until = present.AddDate(0, 1, 0)
	}
	months, err := a.monthsOf(c, since, until)
	if err != nil {
		return nil, err
	}
	left, err := a.quotaOf(c, present)
	if err != nil {
		return nil, err
	}
	return ok(map[string]any{"months": months, "quota": left})
}

func (a *API) monthsOf(c *call, since, until time.Time) ([]month, error) {
	if !until.After(since) {
		return nil, wrong("until", "until is not after since")
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	used, err := a.cfg.Parcels.Usage(ctx, c.tenant(), since, until)
	if err != nil {
		return nil, ofLog(err)
	}
	months := []month{}
	for _, u := range used {
		if len(months) == 0 || months[len(months)-1].Month != u.Month {
			months = append(months, month{Month: u.Month})
		}
		m := &months[len(months)-1]
		m.Units += u.Units
		m.Carriers = append(m.Carriers, carrierUnits{u.Carrier, u.Units})
	}
	return months, nil
}

// quotaOf counts the present month as a whole, whatever time was asked for.
func (a *API) quotaOf(c *call, present time.Time) (*quota, error) {
	months, err := a.monthsOf(c, present, present.AddDate(0, 1, 0))
	if err != nil {
		return nil, err
	}
	q := &quota{Month: present.Format("2006-01")}
	for _, m := range months {
		q.Used += int64(m.Units)
	}
	if a.cfg.Quota == nil {
		return q, nil
	}
	if limit, limited := a.cfg.Quota(c.tenant()); limited {
		left := max(0, limit-q.Used)
		q.Limit, q.Left = &limit, &left
	}
	return q, nil
}
