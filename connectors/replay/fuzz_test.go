package replay_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
)

// checkBatch holds what is true of a batch whatever was in the file.
func checkBatch(t *testing.T, o replay.LoadOptions, b *replay.Batch) {
	t.Helper()
	require.LessOrEqual(t, len(b.Refused), b.Rows)
	for _, refusal := range b.Refused {
		require.NotEmpty(t, refusal.Problem)
		require.Positive(t, refusal.Line)
	}
	var file bytes.Buffer
	require.NoError(t, replay.WriteNDJSON(&file, b.Records), "what was read can be written")
	o.Map = nil
	again, err := replay.Load(o, replay.BytesInput("again", file.Bytes()))
	require.NoError(t, err)
	require.Empty(t, again.Refused)
	require.Equal(t, b.Records, again.Records, "and read again")
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(scmsHeader + `4,SCMS-20,ASN-14,"Congo, DRC",Direct Drop,FCA,Air,2006-07-01,2006-08-27,2006-08-28,2006-09-02,ARV,V` + "\n"))
	f.Add([]byte("\ufeff" + scmsHeader + "bad\r\n\"\n"))
	f.Add([]byte(packed(f, scmsHeader)))
	o := options(f, "scms")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, append([]byte(scmsHeader), data...)} {
			if b, err := replay.Load(o, replay.BytesInput("f", text)); err == nil {
				checkBatch(t, o, b)
			}
		}
	})
}

func FuzzNDJSON(f *testing.F) {
	f.Add([]byte(ownEvent + "\n" + ownRegistration))
	f.Add([]byte(`{"topic": "registrations", "value": null}`))
	o := options(f, "")
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := replay.Load(o, replay.BytesInput("f", data)); err == nil {
			checkBatch(t, o, b)
		}
	})
}

func FuzzMap(f *testing.F) {
	f.Add([]byte(ownMap))
	f.Add([]byte("registration: {arrival: {later: [a, b + 1d]}}"))
	f.Add([]byte("times: {layouts: [\"2006-01-02\"]}\nevents: [{arrival: x}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := replay.ParseMap("f", data)
		if err != nil {
			return
		}
		o := options(t, "")
		o.Map = m
		b, err := replay.Load(o, replay.BytesInput("f", []byte("carrier,number,booked,due date,accepted,done,note,town\nsim,b2,2026-05-04 10:00,2026-05-05,2026-05-02,2026-05-02,,\n")))
		if err == nil {
			checkBatch(t, o, b)
		}
	})
}
