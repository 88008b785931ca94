package quotas_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/quotas"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// tenant runs the job for one key, its state going through its bytes.
type tenant struct {
	t      *testing.T
	codecs *schemas.Codecs
	job    *quotas.Job
	state  []byte
}

func newTenant(t *testing.T, limits string) *tenant {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	w := &tenant{t: t, codecs: codecs}
	w.restart(limits)
	return w
}

// restart goes on with other limits.
func (w *tenant) restart(limits string) {
	w.t.Helper()
	l, err := quotas.ParseLimits([]byte(limits))
	require.NoError(w.t, err)
	w.job, err = quotas.NewJob(w.codecs, l)
	require.NoError(w.t, err)
}

// use counts a unit and gives the rows that were written.
func (w *tenant) use(at time.Time) (rows []*schemas.Quota) {
	w.t.Helper()
	value, err := w.codecs.Usage.Encode(&schemas.Usage{Tenant: "acme", UsedAt: at})
	require.NoError(w.t, err)
	key, unit, err := w.job.Decode(job.Record{Position: job.Position{Topic: schemas.TopicUsage}, Value: value})
	require.NoError(w.t, err)
	require.Equal(w.t, "acme", key)
	var state any
	if w.state != nil {
		state, err = w.job.DecodeState(w.state)
		require.NoError(w.t, err)
	}
	c := job.NewCall(key, 0, at, state, time.Time{}, nil)
	require.NoError(w.t, w.job.Process(c, job.Input{Key: key, Value: unit}))
	if c.Changed() {
		w.state, err = w.job.EncodeState(nil, c.State)
		require.NoError(w.t, err)
	}
	for _, o := range c.Outputs() {
		require.Equal(w.t, job.Output{Topic: schemas.TopicQuotas, Key: "acme", Value: o.Value}, o)
		row, err := w.codecs.Quota.Decode(o.Value)
		require.NoError(w.t, err)
		rows = append(rows, row)
	}
	return rows
}

func TestQuotaIsUsedUpOnceAMonth(t *testing.T) {
	w := newTenant(t, "default: 2")
	may := time.Date(2026, 5, 31, 23, 0, 0, 0, time.UTC)
	require.Empty(t, w.use(may))
	require.Equal(t, []*schemas.Quota{{Tenant: "acme", Period: "2026-05", Limit: 2, Used: 2, Exhausted: true, UpdatedAt: may}}, w.use(may))
	require.Empty(t, w.use(may), "beyond the limit nothing new is to be said")

	june := may.Add(time.Hour)
	require.Empty(t, w.use(june), "another month begins at nothing")
	require.Empty(t, w.use(may), "and what belongs to the one before changes nothing")
	require.EqualValues(t, 2, w.use(june)[0].Used)
}

func TestLimitsMayChange(t *testing.T) {
	at := time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)
	w := newTenant(t, "tenants: {acme: 1}")
	require.True(t, w.use(at)[0].Exhausted)

	w.restart("tenants: {acme: 3}")
	require.Equal(t, []*schemas.Quota{{Tenant: "acme", Period: "2026-05", Limit: 3, Used: 2, UpdatedAt: at}}, w.use(at))
	require.EqualValues(t, 3, w.use(at)[0].Used)

	w.restart("tenants: {acme: null}\ndefault: 1")
	require.False(t, w.use(at)[0].Exhausted)
	require.Empty(t, w.use(at), "no limit")
}

func TestParseLimits(t *testing.T) {
	l, err := quotas.ParseLimits([]byte("default: 10\ntenants: {acme: 0, house: null}"))
	require.NoError(t, err)
	for tenant, want := range map[string]int64{"acme": 0, "other": 10} {
		limit, limited := l.Limit(tenant)
		require.True(t, limited)
		require.Equal(t, want, limit, tenant)
	}
	_, limited := l.Limit("house")
	require.False(t, limited)
	_, limited = (*quotas.Limits)(nil).Limit("anyone")
	require.False(t, limited)

	for text, problem := range map[string]string{
		"":                         "the file is empty",
		"standard: 1":              "standard",
		"default: -1":              "the default is -1",
		"default: many":            "many",
		"tenants: {acme: -5}":      "the limit of acme is -5",
		"default: 1\n---\n":        "second document",
		"tenants: [acme]":          "cannot unmarshal",
		"default: 1\nunlimited: 1": "unlimited",
	} {
		_, err := quotas.ParseLimits([]byte(text))
		require.ErrorContains(t, err, "reading the quotas", text)
		require.ErrorContains(t, err, problem, text)
	}
}

func TestMisuse(t *testing.T) {
	w := newTenant(t, "default: 1")
	_, err := quotas.NewJob(nil, nil)
	require.ErrorContains(t, err, "the codecs are missing")
	_, _, err = w.job.Decode(job.Record{Position: job.Position{Topic: "shipments"}})
	require.ErrorContains(t, err, "it is no input of the quotas job")
	_, _, err = w.job.Decode(job.Record{Position: job.Position{Topic: schemas.TopicUsage}, Value: []byte("{")})
	require.Error(t, err)
	value, err := w.codecs.Usage.Encode(&schemas.Usage{UsedAt: time.UnixMilli(0)})
	require.NoError(t, err)
	_, _, err = w.job.Decode(job.Record{Position: job.Position{Topic: schemas.TopicUsage}, Value: value})
	require.ErrorContains(t, err, "the tenant is empty")
	require.ErrorContains(t, w.job.Process(job.NewCall("a", 0, time.UnixMilli(0), nil, time.Time{}, nil), job.Input{Value: 1}), "the value is a int")
	_, err = w.job.EncodeState(nil, 1)
	require.ErrorContains(t, err, "it is a int")
	_, err = w.job.DecodeState([]byte("no"))
	require.ErrorContains(t, err, "reading the quotas state")
}
