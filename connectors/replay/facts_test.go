package replay_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/connectors/replay"
)

// tally finds the facts of a file again from the records alone.
type tally struct {
	registrations, events, references int
	delivered, early, onTime, late    int
	open, receivedLater, future       int
	deliveredInWindowAndNotBefore     int
}

func tallyOf(t *testing.T, records []replay.Record) tally {
	t.Helper()
	table, err := carriers.Default()
	require.NoError(t, err)
	var n tally
	references := make(map[string]bool)
	registered := make(map[string]replay.Record)
	for i, r := range records {
		require.True(t, i == 0 || !r.Arrival.Before(records[i-1].Arrival), "records are in order of arrival")
		if r.Registration != nil {
			n.registrations++
			_, again := registered[r.Key]
			require.False(t, again, "one registration a parcel")
			registered[r.Key] = r
			references[r.Registration.Reference] = true
			known, valid, reason := table.CheckNumber(r.Registration.Carrier, r.Registration.TrackingNumber)
			require.True(t, known && valid, reason)
			continue
		}
		n.events++
		from, known := registered[r.Key]
		require.True(t, known, "the registration comes first")
		if r.Event.OccurredAt.After(r.Event.ReceivedAt.Add(10 * time.Minute)) {
			n.future++
		}
		if r.Event.Code != "delivered.delivered" {
			continue
		}
		n.delivered++
		delivered, promised := r.Event.OccurredLocal[:10], *from.Registration.PromisedDate
		switch {
		case delivered < promised:
			n.early++
		case delivered == promised:
			n.onTime++
		default:
			n.late++
		}
		if r.Event.ReceivedAt.Format(time.DateOnly) > delivered {
			n.receivedLater++
		}
		if r.Arrival.Before(from.Arrival.AddDate(0, 0, 30)) && delivered >= from.Arrival.Format(time.DateOnly) {
			n.deliveredInWindowAndNotBefore++
		}
	}
	n.references, n.open = len(references), n.registrations-n.delivered
	return n
}

func TestFactsOfSCMS(t *testing.T) {
	b := loadSCMS(t)
	require.Equal(t, 5176, b.Rows)
	require.Empty(t, b.Refused)
	n := tallyOf(t, b.Records)
	require.Equal(t, tally{
		registrations: 5176, references: 3552, events: 5176 + 2298,
		delivered: 5176, early: 1473, onTime: 3112, late: 591,
		receivedLater: 992, future: n.future, deliveredInWindowAndNotBefore: 4414,
	}, n)
	// One delivery is recorded before its day; purchase orders may be sent after
	// the registration that is derived from the promise.
	require.Equal(t, 1+255, n.future)
	require.Equal(t, utc("2015-10-14T00:00:00Z"), replay.TickTime(b.Records), "thirty days after the last delivery")
}

func TestTruthOfSCMS(t *testing.T) {
	truth, err := replay.ReadSCMSTruth(replay.SCMS())
	require.NoError(t, err)
	require.Equal(t, replay.SCMSTruth{
		Parcels: 5176, References: 3552, PurchaseOrders: 2298, Early: 1473, OnTime: 3112, Late: 591,
		RecordedLater: 992, DeliveredWebhooks: 4414,
	}, truth)
	require.Equal(t, 7474, truth.RawEvents())

	for text, want := range map[string]string{
		scmsHeader + "1,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,,2010-06-01,ARV,V\n": "row 1: column delivered_date",
		"a,b\n1,2\n": "row 1: column scheduled_delivery_date",
		"a,b\n1\n":   "wrong number of fields",
	} {
		_, err := replay.ReadSCMSTruth(replay.BytesInput("f", []byte(text)))
		require.ErrorContains(t, err, want)
	}
}

func TestFactsOfOlist(t *testing.T) {
	const path = "../../../shared/data/timelines/olist_orders_dev.csv.gz"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the Olist orders may not be part of the project, and are not at %s", path)
	}
	b, err := replay.Load(options(t, "olist"), replay.Files([]string{path}, nil)...)
	require.NoError(t, err)
	require.Equal(t, 4953, b.Rows)
	require.Empty(t, b.Refused)
	n := tallyOf(t, b.Records)
	require.Equal(t, []int{4953, 4941 + 4869 + 4823}, []int{n.registrations, n.events})
	require.Equal(t, []int{4823, 354, 130}, []int{n.delivered, n.late, n.open})
	require.Zero(t, n.future, "no event is received before it occurred")
}
