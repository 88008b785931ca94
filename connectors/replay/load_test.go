package replay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
	"waybill/schemas"
)

const (
	scmsHeader  = "line_id,po_so,shipment_ref,country,fulfil_via,incoterm,shipment_mode,po_sent_date,scheduled_delivery_date,delivered_date,recorded_date,product_group,vendor\n"
	olistHeader = "order_id,order_status,purchase_ts,approved_ts,carrier_handover_ts,delivered_ts,estimated_delivery_ts,ts_precision,customer_zip_prefix,customer_city,customer_state,n_items,n_sellers,seller_zip_prefix,seller_city,seller_state,shipping_limit_ts\n"
	orderID     = "53cdb2fc8bc7dce0b6741e2150273451"
)

func utc(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err) // a slip in a test
	}
	return t
}

func TestSCMSRow(t *testing.T) {
	records := load(t, options(t, "scms"),
		scmsHeader+`4,SCMS-20,ASN-14,"Congo, DRC",Direct Drop,FCA,Air,2006-07-01,2006-08-27,2006-08-28,2006-09-02,ARV,"Abbott, Inc."`+"\n")
	registered := utc("2006-08-07T00:00:00Z") // twenty days before the promise
	recorded := utc("2006-09-02T00:00:00Z")
	sent := registered.Add(time.Second)
	event := func(code, raw, description, day string, arrival time.Time) *schemas.CarrierEvent {
		return &schemas.CarrierEvent{
			Carrier: "scms", TrackingNumber: "ASN-14.4", Source: "scms", SourceKind: "file",
			Code: code, RawCode: raw, Description: description,
			OccurredAt: utc(day + "T00:00:00Z"), OccurredLocal: day, OccurredText: day,
			OccurredPrecision: "day", OccurredConfidence: "assumed_utc",
			ReceivedAt: &arrival, Leg: "forward", MapVersion: "scms/1",
		}
	}
	require.Equal(t, []replay.Record{
		{Key: "scms:ASN14.4", Arrival: registered, Registration: &schemas.Registration{
			Tenant: "scms", Carrier: "scms", TrackingNumber: "ASN-14.4", Reference: "ASN-14",
			PromisedDate: new("2006-08-27"), ServiceLevel: &schemas.ServiceLevel{Token: "Air"},
			Destination: &schemas.Address{Country: "Congo, DRC"}, WindowDays: 30, Backfill: "none", Tags: []string{},
		}},
		{Key: "scms:ASN14.4", Arrival: sent, Event: event("info.received", "PO_SENT", "Purchase order sent to the vendor", "2006-07-01", sent)},
		{Key: "scms:ASN14.4", Arrival: recorded, Event: event("delivered.delivered", "DELIVERED", "Delivered to the client", "2006-08-28", recorded)},
	}, records)
}

func TestOlistRow(t *testing.T) {
	records := load(t, options(t, "olist"),
		olistHeader+orderID+",delivered,2018-07-24T20:41:37,2018-07-26T03:24:27,2018-07-26T14:31:00,2018-08-07T15:27:45,2018-08-13T00:00:00,s,47813,barreiras,BA,1,1,31570,belo horizonte,SP,2018-07-30T03:24:00\n")
	require.Len(t, records, 4)
	require.Equal(t, replay.Record{
		Key: "olist:53CDB2FC8BC7DCE0B6741E2150273451", Arrival: utc("2018-07-24T23:41:37Z"),
		Registration: &schemas.Registration{
			Tenant: "olist", Carrier: "olist", TrackingNumber: orderID, Reference: orderID,
			PromisedDate: new("2018-08-13"), PromisedZone: new("America/Sao_Paulo"),
			Origin:      &schemas.Address{City: "belo horizonte", State: "SP", PostalCode: "31570", Country: "BR"},
			Destination: &schemas.Address{City: "barreiras", State: "BA", PostalCode: "47813", Country: "BR"},
			WindowDays:  30, Backfill: "none", Tags: []string{},
		},
	}, records[0])
	for i, want := range []schemas.CarrierEvent{
		{Code: "info.received", RawCode: "APPROVED", Description: "Order approved", OccurredAt: utc("2018-07-26T06:24:27Z"), OccurredLocal: "2018-07-26T03:24:27"},
		{Code: "transit.accepted", RawCode: "HANDOVER", Description: "Handed over to the carrier", OccurredAt: utc("2018-07-26T17:31:00Z"), OccurredLocal: "2018-07-26T14:31:00"},
		{Code: "delivered.delivered", RawCode: "DELIVERED", Description: "Delivered to the customer", OccurredAt: utc("2018-08-07T18:27:45Z"), OccurredLocal: "2018-08-07T15:27:45"},
	} {
		want.Carrier, want.TrackingNumber = "olist", orderID
		want.Source, want.SourceKind, want.MapVersion, want.Leg = "olist", "file", "olist/1", "forward"
		want.OccurredText, want.OccurredZone = want.OccurredLocal, "America/Sao_Paulo"
		want.OccurredPrecision, want.OccurredConfidence = "second", "carrier_default"
		want.ReceivedAt = &want.OccurredAt
		require.Equal(t, replay.Record{Key: records[0].Key, Arrival: want.OccurredAt, Event: &want}, records[i+1])
	}
}

// The oddities that real files hold.
func TestOddRows(t *testing.T) {
	scms := func(cells string) string { return scmsHeader + "1,PO,ASN-1,Mali,D,EXW,Air," + cells + ",ARV,V\n" }
	olist := func(cells string) string { return olistHeader + orderID + ",x," + cells + ",,,,,,,,,\n" }
	for name, c := range map[string]struct {
		mapName, text string
		arrivals      []string // registration, then events in order of arrival
		codes         []string
		occurred      []string
	}{
		"recorded months before the promise": {"scms", scms(",2010-06-01,2010-01-09,2010-01-10"),
			[]string{"2010-01-09", "2010-01-10"}, []string{"delivered.delivered"}, []string{"2010-01-09"}},
		"recorded before it was delivered": {"scms", scms(",2010-06-01,2010-06-05,2010-06-01"),
			[]string{"2010-05-12", "2010-06-01"}, []string{"delivered.delivered"}, []string{"2010-06-05"}},
		"months late": {"scms", scms(",2010-06-01,2010-12-05,2010-12-06"),
			[]string{"2010-05-12", "2010-12-06"}, []string{"delivered.delivered"}, []string{"2010-12-05"}},
		"without a promise": {"scms", scms(",,2010-12-05,2010-12-06"),
			[]string{"2010-12-05", "2010-12-06"}, []string{"delivered.delivered"}, []string{"2010-12-05"}},
		"not delivered, recorded": {"scms", scms("2010-01-01,2010-06-01,,2010-12-06"),
			[]string{"2010-05-12", "2010-05-12T00:00:01Z"}, []string{"info.received"}, []string{"2010-01-01"}},
		"not delivered, not recorded": {"scms", scms("2010-01-01,2010-06-01,,"),
			[]string{"2010-05-12", "2010-05-12T00:00:01Z"}, []string{"info.received"}, []string{"2010-01-01"}},
		"approved and handed over before the purchase": {"olist", olist("2018-05-01T10:00:00,2018-04-30T10:00:00,2018-05-01T09:59:00,,2018-05-20T00:00:00,m"),
			[]string{"2018-05-01T13:00:00Z", "2018-05-01T13:00:00Z", "2018-05-01T13:00:00Z"}, []string{"info.received", "transit.accepted"},
			[]string{"2018-04-30T13:00:00Z", "2018-05-01T12:59:00Z"}},
		"delivered before the hand-over": {"olist", olist("2018-05-01T10:00:00,,2018-05-04T10:00:00,2018-05-03T10:00:00,2018-05-20T00:00:00,s"),
			[]string{"2018-05-01T13:00:00Z", "2018-05-03T13:00:00Z", "2018-05-04T13:00:00Z"}, []string{"delivered.delivered", "transit.accepted"},
			[]string{"2018-05-03T13:00:00Z", "2018-05-04T13:00:00Z"}},
		"nothing but the purchase": {"olist", olist("2018-05-01T10:00:00,,,,,"),
			[]string{"2018-05-01T13:00:00Z"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			records := load(t, options(t, c.mapName), c.text)
			require.Len(t, records, len(c.arrivals))
			require.NotNil(t, records[0].Registration)
			for i, r := range records {
				require.Equal(t, instant(c.arrivals[i]), r.Arrival)
				if i == 0 {
					continue
				}
				require.Equal(t, c.codes[i-1], r.Event.Code)
				require.Equal(t, instant(c.occurred[i-1]), r.Event.OccurredAt)
				require.Equal(t, r.Arrival, *r.Event.ReceivedAt)
			}
		})
	}
}

func instant(text string) time.Time {
	if len(text) == len(time.DateOnly) {
		text += "T00:00:00Z"
	}
	return utc(text)
}

func TestPrecisionOfOlist(t *testing.T) {
	for cell, want := range map[string]string{"s": "second", "m": "minute", "": "second", " m ": "minute"} {
		records := load(t, options(t, "olist"), olistHeader+orderID+",x,2018-05-01T10:00:00,2018-05-01T10:05:00,,,,"+cell+",,,,,,,,,\n")
		require.Equal(t, want, records[1].Event.OccurredPrecision, "ts_precision %q", cell)
	}
}

func TestRefusedRows(t *testing.T) {
	good := "1,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n"
	for name, c := range map[string]struct{ row, want string }{
		"no date":                 {"2,PO,ASN-1,Mali,D,EXW,Air,soon,2010-06-01,2010-06-01,2010-06-01,ARV,V\n", `f:3: column po_sent_date: "soon": it is no time of the layout 2006-01-02`},
		"no such day":             {"2,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,2010-02-30,2010-06-01,ARV,V\n", `f:3: column delivered_date: "2010-02-30": it is no time of the layout 2006-01-02`},
		"a day of long ago":       {"2,PO,ASN-1,Mali,D,EXW,Air,1910-01-01,2010-06-01,2010-06-01,2010-06-01,ARV,V\n", `f:3: column po_sent_date: "1910-01-01": the time 1910-01-01T00:00:00Z lies outside the years 1970 to 2199`},
		"arrival before 1970":     {"2,PO,ASN-1,Mali,D,EXW,Air,,1970-01-05,2010-06-01,2010-06-01,ARV,V\n", `f:3: judging the arrival: the time 1969-12-16T00:00:00Z lies outside the years 1970 to 2199`},
		"no number":               {" ,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n", `f:3: column line_id: "": the cell is empty, and the tracking number is made of it`},
		"no arrival":              {"2,PO,ASN-1,Mali,D,EXW,Air,,,,,ARV,V\n", `f:3: column scheduled_delivery_date: "": the cell is empty, and the arrival depends on it`},
		"delivered, not recorded": {"2,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,2010-06-01,,ARV,V\n", `f:3: column recorded_date: "": the cell is empty, and the arrival depends on it`},
		"too few cells":           {"2,PO,ASN-1\n", `f:3: the row has 3 cells, the header has 13`},
		"too many cells":          {"2,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V,\n", `f:3: the row has 14 cells, the header has 13`},
		"a stray quote":           {"2,PO,ASN-1,Ma\"li,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n", `f:3: the row is malformed: bare " in non-quoted-field`},
		"no UTF-8":                {"2,PO,ASN-1,C\xf4te,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n", `f:3: column country: "C\xf4te": it is no UTF-8 text; convert the file first`},
		"too long a number":       {"2,PO," + longText + ",Mali,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n", `f:3: making a shipment key: carrier and tracking number may have 100 bytes each`},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := replay.Load(options(t, "scms"), replay.BytesInput("f", []byte(scmsHeader+good+c.row+"3"+good[1:])))
			require.NoError(t, err)
			require.Equal(t, 3, b.Rows)
			require.Len(t, b.Refused, 1)
			require.Equal(t, c.want, b.Refused[0].String())
			registrations, events := b.Counts()
			require.Equal(t, []int{2, 2}, []int{registrations, events}, "the other rows go on")
		})
	}
}

const longText = "A123456789B123456789C123456789D123456789E123456789F123456789G123456789H123456789I123456789J123456789"

func TestTenantIsReplaced(t *testing.T) {
	o := options(t, "scms")
	o.Tenant = "acme"
	records := load(t, o, scmsHeader+"1,PO,ASN-1,Mali,D,EXW,Air,,2010-06-01,,,ARV,V\n")
	require.Equal(t, "acme", records[0].Registration.Tenant)
}

// Every way of writing the same file gives the same records.
func TestFormsOfAFile(t *testing.T) {
	plain := scmsHeader + "1,PO,ASN-1,Côte d'Ivoire,D,EXW,Air,,2010-06-01,2010-06-01,2010-06-01,ARV,V\n"
	want := load(t, options(t, "scms"), plain)
	for name, text := range formsOf(t, plain) {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, want, load(t, options(t, "scms"), text))
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "reading f: the file is empty"},
		"missing columns":  {"line_id,shipment_ref,country,shipment_mode,po_sent_date,scheduled_date,delivered_date\n", "map scms does not fit: the file lacks recorded_date, scheduled_delivery_date (did you mean scheduled_date?)"},
		"a column twice":   {"line_id," + scmsHeader, "the file has two columns line_id"},
		"a torn archive":   {packed(t, scmsHeader)[:20], "unexpected EOF"},
		"no archive":       {"\x1f\x8bno", "EOF"},
		"a broken header":  {"a\"b,c\n", "the header line: "},
		"another language": {"order_id,x\n", "its columns are order_id, x"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := replay.Load(options(t, "scms"), replay.BytesInput("f", []byte(c.text)))
			require.ErrorContains(t, err, c.want)
		})
	}
}
