package polling

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"waybill/connectors/carriers"
	"waybill/connectors/dialects"
)

// Outcome says what came of a question, or of one parcel in it.
type Outcome string

// The outcomes, which are label values too.
const (
	// OutcomeEvents: there are events that were not told before.
	OutcomeEvents Outcome = "events"
	// OutcomeNoNews: nothing but what was told before, or no event yet.
	OutcomeNoNews Outcome = "no_news"
	// OutcomeNotFound: the source does not know the parcel so far (D5).
	OutcomeNotFound Outcome = "not_found"
	// OutcomeInvalid: the source says that this is no number of its.
	OutcomeInvalid Outcome = "invalid_number"
	// OutcomeRefused: the source refuses the question; asking again is in vain.
	OutcomeRefused Outcome = "refused"
	// OutcomeUnauthorized: the source does not accept the account.
	OutcomeUnauthorized Outcome = "unauthorized"
	// OutcomeRateLimited: the account has used what it may ask.
	OutcomeRateLimited Outcome = "rate_limited"
	// OutcomeUnavailable: no answer, or one that says that it cannot.
	OutcomeUnavailable Outcome = "unavailable"
	// OutcomeUnreadable: an answer that is not in the source's dialect.
	OutcomeUnreadable Outcome = "unreadable"
	// OutcomeLeftOut: the answer to a batch does not have the parcel. It is asked
	// about alone.
	OutcomeLeftOut Outcome = "left_out"
)

// Outcomes lists them.
func Outcomes() []Outcome {
	return []Outcome{
		OutcomeEvents, OutcomeNoNews, OutcomeNotFound, OutcomeInvalid, OutcomeRefused,
		OutcomeUnauthorized, OutcomeRateLimited, OutcomeUnavailable, OutcomeUnreadable, OutcomeLeftOut,
	}
}

// again tells whether the same question is worth asking again.
func (o Outcome) again() bool {
	switch o {
	case OutcomeUnauthorized, OutcomeRateLimited, OutcomeUnavailable, OutcomeUnreadable, OutcomeLeftOut:
		return true
	default:
		return false
	}
}

// asker asks sources. It is safe for concurrent use.
type asker struct {
	client  *http.Client
	agent   string // User-Agent
	table   *carriers.Table
	news    *memory
	maxBody int64
}

func newAsker(version string, table *carriers.Table, news *memory) *asker {
	return &asker{client: newClient(), agent: "waybill/" + version, table: table, news: news, maxBody: maxAnswerBytes}
}

// parcel is one that is asked about.
type parcel struct {
	carrier, number string // canonical
	epoch           time.Time
}

// answer is what came of a question.
type answer struct {
	// outcome is that of the question as a whole: no parcel has a worse one.
	outcome Outcome
	// wait is how long the source wants to be left alone. 0: it did not say.
	wait time.Duration
	// told is of each parcel, in the order of the question.
	told []told
	// status is the HTTP status, 0 without an answer.
	status int
	// body is the answer where it could not be read, or not whole, and contentType
	// what it says that it is.
	body        []byte
	contentType string
	// problem says what went wrong, for the log; nil: nothing did.
	problem error
}

// ask asks about parcels, in one question. alone: about one that a batch left
// out.
func (k *asker) ask(ctx context.Context, a *Account, parcels []parcel, alone bool) *answer {
	request, err := k.question(ctx, a, parcels, alone)
	if err != nil {
		return failed(OutcomeRefused, len(parcels), fmt.Errorf("making the question: %w", err))
	}
	conditional := len(parcels) == 1 && k.news.get(a, &parcels[0]).ask(request)
	response, err := k.client.Do(request)
	if err != nil {
		return failed(OutcomeUnavailable, len(parcels), plain(err))
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	if response.StatusCode == http.StatusNotModified && conditional {
		return &answer{outcome: OutcomeNoNews, status: response.StatusCode, told: []told{{outcome: OutcomeNoNews}}}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, k.maxBody+1))
	if err == nil && int64(len(body)) > k.maxBody {
		err = fmt.Errorf("the answer has more than %d bytes", k.maxBody)
	}
	if err != nil {
		out := failed(OutcomeUnavailable, len(parcels), fmt.Errorf("reading the answer: %w", plain(err)))
		out.status = response.StatusCode
		return out
	}
	out := k.judge(a, parcels, response, body)
	if alone || a.Source.Begin == nil {
		out.settleLeftOut()
	}
	for i := range out.told {
		k.compare(&out.told[i], a, &parcels[i])
	}
	if before := out.told[0].said; before != nil && len(parcels) == 1 {
		before.note(response.Header)
	}
	out.summarize()
	return out
}

func (k *asker) question(ctx context.Context, a *Account, parcels []parcel, alone bool) (*http.Request, error) {
	q := &Question{Base: a.base, Key: a.key, Password: a.password}
	for _, p := range parcels {
		q.Parcels = append(q.Parcels, Parcel{Carrier: a.carriers[p.carrier], Number: p.number})
	}
	write := a.Source.Ask
	if alone && a.Source.Begin != nil {
		write = a.Source.Begin
	}
	request, err := write(ctx, q)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", k.agent)
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	return request, nil
}

// judge makes of an answer what it tells of each parcel. The status comes first
// where it is about the account or the source; of the parcels the body tells,
// for a page that some proxy made may have any status.
func (k *asker) judge(a *Account, parcels []parcel, response *http.Response, body []byte) *answer {
	out := &answer{status: response.StatusCode, wait: retryAfter(response.Header, time.Now()), told: make([]told, len(parcels))}
	status := response.StatusCode
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return out.all(OutcomeUnauthorized, fmt.Errorf("it answers %d: the account is not accepted", status))
	case status == http.StatusTooManyRequests:
		return out.all(OutcomeRateLimited, errors.New("it answers 429: the account has asked as often as it may"))
	case status == http.StatusRequestTimeout || status >= http.StatusInternalServerError:
		return out.all(OutcomeUnavailable, fmt.Errorf("it answers %d", status))
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		return out.all(OutcomeUnavailable, fmt.Errorf("it answers %d without saying where to go", status))
	}
	options := dialects.Options{Received: time.Now().UTC(), Way: dialects.Poll, Carriers: k.table, Carrier: parcels[0].carrier}
	if len(parcels) == 1 {
		options.Number = parcels[0].number
	}
	reading, err := dialects.Parse(a.Source.Name, body, options)
	if err != nil || hasBadEvent(reading) {
		out.body, out.contentType = body, response.Header.Get("Content-Type")
	}
	if err != nil {
		return out.all(OutcomeUnreadable, fmt.Errorf("it answers %d with what cannot be read: %w", status, err))
	}
	out.read(parcels, reading)
	return out
}

// all gives every parcel the same outcome.
func (out *answer) all(outcome Outcome, problem error) *answer {
	for i := range out.told {
		out.told[i] = told{outcome: outcome}
	}
	out.outcome, out.problem = outcome, problem
	return out
}

func failed(outcome Outcome, parcels int, problem error) *answer {
	return (&answer{told: make([]told, parcels)}).all(outcome, problem)
}

// settleLeftOut says of what an answer leaves out that there is no news of it.
func (out *answer) settleLeftOut() {
	for i := range out.told {
		if out.told[i].outcome == OutcomeLeftOut {
			out.told[i].outcome = OutcomeNoNews
		}
	}
}

// summarize takes the worst outcome for that of the whole question. They stand
// in Outcomes from good to bad, but that to be left out of a batch is no fault.
func (out *answer) summarize() {
	if out.outcome != "" {
		return
	}
	worst := -1
	for _, t := range out.told {
		for i, outcome := range Outcomes() {
			if t.outcome == outcome && outcome != OutcomeLeftOut {
				worst = max(worst, i)
			}
		}
	}
	out.outcome = OutcomeLeftOut
	if worst >= 0 {
		out.outcome = Outcomes()[worst]
	}
}

// plain takes out of an HTTP client's error the URL, which may name a parcel.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// retryAfter is how long an answer asks to be left alone (RFC 9110 section
// 10.2.3): seconds, or an instant by the answer's own clock. 0: it does not say.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return min(max(0, at.Sub(now)), longestWait)
}
