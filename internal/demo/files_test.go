package demo

import (
	"crypto/md5"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The figures of real orders, as they are known from the file itself.
func TestOlist(t *testing.T) {
	const file = "../../../shared/data/timelines/olist_orders_dev.csv.gz"
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no Olist orders for this test: %v", err)
	}
	t.Parallel()
	o := options(t)
	o.Map, o.Input = "olist", file
	s := play(t, o)
	require.Equal(t, 4953, s.Registrations)
	total := s.Reports.OnTime
	require.EqualValues(t, 4823, total.Delivered)
	require.EqualValues(t, 354, total.Late)
	require.EqualValues(t, 130, total.Open)
	require.Zero(t, total.Unknown)
}

// What real files have that nobody expects. The answers are worked out by hand.
func TestOddFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		mapping, file string
		registrations int
		events        int // those sent twice left out
		onTime        OnTime
		later         uint64 // deliveries that were recorded on a later day
		webhooks      uint64 // of type tracking.delivered
		expired       uint64
	}{
		// A byte order mark, CRLF, cells of several lines, empty cells. Times are
		// those of São Paulo, two or three hours behind UTC; a promise is a day.
		"olist": {
			mapping: "olist",
			file: "\ufeff" + crlf(orderIDs(`order_id,order_status,purchase_ts,approved_ts,carrier_handover_ts,delivered_ts,estimated_delivery_ts,ts_precision,customer_zip_prefix,customer_city,customer_state,n_items,n_sellers,seller_zip_prefix,seller_city,seller_state,shipping_limit_ts
early,delivered,2018-01-01T10:00:00,2018-01-01T11:00:00,2018-01-02T09:00:00,2018-01-05T16:00:00,2018-01-10T00:00:00,s,1,"rio, de
janeiro",RJ,1,1,1,x,SP,
last-minute,delivered,2018-01-01T10:00:00,2018-01-01T11:00:00,2018-01-02T09:00:00,2018-01-10T23:30:00,2018-01-10T00:00:00,s,1,x,RJ,1,1,1,x,SP,
minute-late,delivered,2018-01-01T10:00:00,2018-01-01T11:00:00,2018-01-02T09:00:00,2018-01-11T00:10:00,2018-01-10T00:00:00,s,1,x,RJ,1,1,1,x,SP,
approved-before,delivered,2018-01-01T10:00:00,2017-12-31T09:00:00,2018-01-02T09:00:00,2018-01-05T16:00:00,2018-01-10T00:00:00,s,1,x,RJ,1,1,1,x,SP,
delivered-before-handover,delivered,2018-01-01T10:00:00,2018-01-01T11:00:00,2018-01-08T09:00:00,2018-01-06T16:00:00,2018-01-10T00:00:00,s,1,x,RJ,1,1,1,x,SP,
months-late,delivered,2018-01-01T10:00:00,2018-01-01T11:00:00,2018-01-02T09:00:00,2018-06-15T16:00:00,2018-01-20T00:00:00,s,1,x,RJ,1,1,1,x,SP,
never,shipped,2018-01-01T10:00:00,2018-01-01T11:00:00,2018-01-02T09:00:00,,2018-01-20T00:00:00,s,1,x,RJ,1,1,1,x,SP,
nothing,created,2018-01-01T10:00:00,,,,2018-01-20T00:00:00,s,1,x,RJ,1,1,1,x,SP,
only-delivered,delivered,2018-01-01T10:00:00,,,2018-01-20T12:00:00,2018-01-20T00:00:00,s,1,x,RJ,1,1,1,x,SP,
to-the-minute,delivered,2018-01-01T10:00,2018-01-01T11:00,2018-01-02T09:00,2018-01-19T12:00,2018-01-20T00:00:00,m,1,x,RJ,1,1,1,x,SP,
`)),
			registrations: 10,
			events:        7*3 + 2 + 0 + 1,
			// early, approved-before, delivered-before-handover and to-the-minute;
			// last-minute and only-delivered; minute-late and months-late.
			onTime: OnTime{Delivered: 8, Early: 4, OnTime: 2, Late: 2, Open: 2},
			later:  0, // an event is received when it arrives, which is when it occurred
			// All that were delivered within 30 days: not months-late.
			webhooks: 7,
			expired:  3, // months-late, never, nothing
		},
		// Days without a clock. The registration arrives 20 days before the promise,
		// or the day before the record if that is earlier.
		"scms": {
			mapping: "scms",
			file: `line_id,po_so,shipment_ref,country,fulfil_via,incoterm,shipment_mode,po_sent_date,scheduled_delivery_date,delivered_date,recorded_date,product_group,vendor
1,P,ON-TIME,Haiti,D,EXW,Air,2010-02-01,2010-03-10,2010-03-10,2010-03-10,G,V
2,P,LATE,Haiti,D,EXW,Air,,2010-03-10,2010-03-12,2010-03-15,G,V
3,P,RECORDED-BEFORE-DELIVERED,Haiti,D,EXW,Air,,2010-03-18,2010-03-20,2010-03-15,G,V
4,P,DELIVERED-ON-REGISTRATION,Haiti,D,EXW,Air,,2010-06-01,2010-03-01,2010-03-02,G,V
5,P,DELIVERED-BEFORE-REGISTRATION,Haiti,D,EXW,Air,,2010-06-01,2010-02-20,2010-03-02,G,V
6,P,MONTHS-LATE,Haiti,D,EXW,Air,,2010-03-10,2010-08-01,2010-08-03,G,V
7,P,NEVER,Haiti,D,EXW,Air,2010-02-01,2010-03-10,,2010-03-10,G,V
8,P,ORDERED-AFTER-DELIVERY,Haiti,D,EXW,Air,2010-03-14,2010-03-10,2010-03-05,2010-03-05,G,V
`,
			registrations: 8,
			events:        8 + 2,
			onTime:        OnTime{Delivered: 7, Early: 3, OnTime: 1, Late: 3, Open: 1},
			later:         4, // 2, 4, 5 and 6
			webhooks:      5, // not 5, which is older than its registration, not 6, which comes after the window
			expired:       2, // 6 and 7
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			o.Map, o.Input = tt.mapping, writeFile(t, name+".csv", tt.file)
			s := play(t, o)
			require.Equal(t, tt.registrations, s.Registrations)
			require.Equal(t, tt.events+1, s.RawEvents, "one of twenty is sent twice")
			require.EqualValues(t, 1, s.Decisions["duplicate"])
			require.Equal(t, tt.onTime, s.Reports.OnTime)
			require.Equal(t, tt.later, s.Reports.ScanLatency.LaterThanOccurred)
			require.Equal(t, tt.webhooks, s.Webhooks.ByType["tracking.delivered"])
			require.Equal(t, tt.expired, s.DerivedEvents["tracking.expired"])
		})
	}
}

// orderIDs gives each order that is named in a file an id of the right form.
func orderIDs(text string) string {
	named := regexp.MustCompile(`(?m)^([a-z-]+),(delivered|shipped|created),`)
	return named.ReplaceAllStringFunc(text, func(start string) string {
		name, rest, _ := strings.Cut(start, ",")
		return fmt.Sprintf("%x,%s", md5.Sum([]byte(name)), rest)
	})
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
