package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// reportTimeout bounds a report. Freshly loaded tables are slower than those at
// rest.
const reportTimeout = 45 * time.Second

// maxListed bounds the rows of a report that lists parcels.
const maxListed = 10_000

// Forms that a report is answered in, beside JSON.
const (
	mediaCSV     = "text/csv"
	mediaParquet = "application/vnd.apache.parquet"
)

// reportListed says what a report answers and takes.
type reportListed struct {
	Name       string              `json:"name"`
	Answers    string              `json:"answers"`
	DateBasis  string              `json:"date_basis"`
	By         []string            `json:"by"`
	DefaultBy  []string            `json:"default_by"`
	Choices    map[string][]string `json:"choices"`
	Parameters []string            `json:"parameters"`
}

// forTenants tells whether a report can be narrowed to one tenant. The others
// are the operator's.
func forTenants(r *analytics.Report) bool { return slices.Contains(r.Parameters, "tenant") }

// listReports lists the reports that a tenant can have.
func (a *API) listReports(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	all, err := analytics.Reports()
	if err != nil {
		return nil, err
	}
	listed := []reportListed{}
	for i := range all {
		r := &all[i]
		if !forTenants(r) {
			continue
		}
		choices := make(map[string][]string, len(r.Choices))
		for _, choice := range r.Choices {
			choices[choice.Parameter] = choice.Values
		}
		listed = append(listed, reportListed{
			r.Name, r.Answers, r.Basis, list(r.Dimensions), list(r.DefaultBy), choices,
			slices.DeleteFunc(slices.Clone(r.Parameters), func(name string) bool { return name == "tenant" || name == "stalled_after_s" }),
		})
	}
	return ok(map[string]any{"reports": listed})
}

// getReport answers a report for the tenant of the key, whatever else is asked.
func (a *API) getReport(c *call) (*answer, error) {
	report, err := analytics.FindReport(c.PathValue("name"))
	if unknown, is := errors.AsType[*analytics.UnknownReportError](err); is {
		return nil, problem(http.StatusNotFound, "there is no report %.40q; /v4/reports lists them", unknown.Name)
	}
	if err != nil {
		return nil, err
	}
	if !forTenants(&report) {
		return nil, problem(http.StatusNotFound, "the report %s is over all tenants and not for one; /v4/reports lists those that are", report.Name)
	}
	q := queryOf(c.Request)
	params, format := a.reportParams(q), q.format(c.Header.Get("Accept"))
	if err := q.done(); err != nil {
		return nil, err
	}
	params.Tenant, params.StalledAfter = c.tenant(), a.cfg.StalledAfter
	ctx, cancel := context.WithTimeout(c.Context(), reportTimeout)
	defer cancel()
	result, err := a.cfg.Reports.Run(ctx, report, params)
	if err != nil {
		return nil, ofReport(err)
	}
	return rendered(result, format, c)
}

func (a *API) reportParams(q *query) analytics.Params {
	p := analytics.Params{
		Until: q.when("until"), AsOf: q.when("as_of"), TrackingNumber: schemas.CanonicalNumber(q.sought("tracking_number")), Reference: q.sought("reference"),
		Basis: q.text("basis"), Dates: q.text("dates"), Limit: q.number("limit", 0, 1, maxListed),
	}
	var err error
	if p.Since, p.Last, err = analytics.ParseSince(q.text("since")); err != nil {
		q.blame(wrong("since", "since: %v", err))
	}
	if by := q.list("by"); q.values.Has("by") {
		p.By = list(by)
	}
	if carrier := q.sought("carrier"); carrier != "" {
		p.Carrier = a.cfg.Carriers.Canonical(carrier)
	}
	return p
}

// when reads a day or a time, the zero time if it is not given.
func (q *query) when(name string) time.Time {
	at, err := analytics.ParseWhen(q.text(name))
	if err != nil {
		q.blame(wrong(name, "%s: %v", name, err))
	}
	return at
}

// format reads the form of a report: as the parameter says, else as the client
// accepts, else JSON.
func (q *query) format(accept string) analytics.Format {
	if named := q.oneOf("format", "json", "csv", "parquet"); named != "" {
		return analytics.Format(named)
	}
	switch {
	case strings.Contains(accept, mediaCSV):
		return analytics.FormatCSV
	case strings.Contains(accept, mediaParquet):
		return analytics.FormatParquet
	}
	return analytics.FormatJSON
}

// rendered makes a result an answer.
func rendered(result *analytics.Result, format analytics.Format, c *call) (*answer, error) {
	var body bytes.Buffer
	if err := result.Render(&body, format); err != nil {
		return nil, err
	}
	mediaType := mediaCSV + "; charset=utf-8"
	switch format {
	case analytics.FormatJSON:
		return ok(json.RawMessage(body.Bytes()))
	case analytics.FormatParquet:
		mediaType = mediaParquet
	}
	c.header.Set("Content-Disposition", `attachment; filename="`+result.Report.Name+"."+string(format)+`"`)
	return ok(&file{mediaType, body.Bytes()})
}

// ofReport says to a client what an error of a report is to it.
func ofReport(err error) error {
	if param, is := errors.AsType[*analytics.ParamError](err); is {
		return wrong(param.Parameter, "%s", err)
	}
	if errors.Is(err, analytics.ErrTooLarge) {
		return problem(http.StatusUnprocessableEntity, "this report needs more than a request may use; narrow it, by time for example, or group it by less")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return unavailable(err)
}
