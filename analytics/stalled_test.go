package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// The parcels of the report stalled, of carrier alpha from CN to DE. Tenant x
// registered them on 4 May for 30 days, y follows S15 since 5 May. Now is 1 June.
//
//	parcel  status            service, states     silent        usual                         so
//	S1      IN_TRANSIT        standard, ZJ to BY  25 h          lane: 10 h, at least 24       stalled
//	S2      IN_TRANSIT        standard            29 h          countries: 30 h               -
//	S3      IN_TRANSIT        standard            31 h          countries: 30 h               stalled
//	S4      IN_TRANSIT        express             49 h          carrier: 50 h                 -
//	S5      IN_TRANSIT        express             51 h          carrier: 50 h                 stalled
//	S6      EXCEPTION         standard            119 h         carrier: 200 h, at most 120   -
//	S7      EXCEPTION         standard            120 h         carrier: 200 h, at most 120   stalled
//	S8      OUT_FOR_DELIVERY  standard            72 h          not known: 72 h               stalled
//	S9      DELIVERED         standard            since 10 May  -                             delivered 20 May
//	S10     IN_TRANSIT        express             a day: 48 h   carrier: 50 h                 - (from its beginning, 72 h)
//	S11     INFO_RECEIVED     standard            132 h         not known: 72 h               stalled since its ship date, 25 May
//	S12     INFO_RECEIVED     standard            not known     -                             -
//	S13     IN_TRANSIT        standard            100 h         -                             stopped by its tenant
//	S14     IN_TRANSIT        standard            100 h         -                             delivered, as its tenant says
//	S15     IN_TRANSIT        standard            100 h         countries: 30 h               stalled for y, x's window has ended
//
// The express service has a row of its own that rests on too few gaps, and there
// is a newer version of which a row is missing.
func stalledParcels() records {
	now := day(2026, 6, 1)
	var world records
	add := func(number, status string, silent float64, change func(*schemas.Shipment, *schemas.RegistrationState)) {
		p := parcel{number: number}
		s := p.shipment(day(2026, 5, 4), "x")
		s.Status, s.Service, s.OriginCountry, s.DestinationCountry = status, "standard", "CN", "DE"
		if silent != 0 {
			at := now.Add(-hours(silent))
			s.LastScanAt, s.SilentSince, s.LastEventAt = &at, &at, &at
		}
		if change != nil {
			change(s, &s.Registrations[0])
		}
		world.shipments = append(world.shipments, s)
	}
	express := func(s *schemas.Shipment, _ *schemas.RegistrationState) { s.Service = "express" }
	add("S1", "IN_TRANSIT", 25, func(s *schemas.Shipment, _ *schemas.RegistrationState) {
		s.OriginState, s.DestinationState = "ZJ", "BY"
	})
	add("S2", "IN_TRANSIT", 29, nil)
	add("S3", "IN_TRANSIT", 31, nil)
	add("S4", "IN_TRANSIT", 49, express)
	add("S5", "IN_TRANSIT", 51, express)
	add("S6", "EXCEPTION", 119, nil)
	add("S7", "EXCEPTION", 120, nil)
	add("S8", "OUT_FOR_DELIVERY", 72, nil)
	add("S9", "DELIVERED", 0, func(s *schemas.Shipment, r *schemas.RegistrationState) {
		last, delivered := day(2026, 5, 10), day(2026, 5, 20)
		s.Terminal, s.StatusAt, s.DeliveredAt, s.LastEventAt, s.LastScanAt, s.SilentSince = true, &delivered, &delivered, &delivered, &delivered, &delivered
		r.ShownStatus, r.ShownAt = "DELIVERED", &delivered
		world.events = append(world.events, scanned(s, "transit.arrived_facility", last), scanned(s, "delivered.delivered", delivered),
			scanned(s, "transit.info_update", last.Add(time.Hour)))
	})
	add("S10", "IN_TRANSIT", 72, func(s *schemas.Shipment, _ *schemas.RegistrationState) {
		over := s.SilentSince.Add(24*time.Hour - time.Second)
		s.Service, s.SilentSince = "express", &over
	})
	add("S11", "INFO_RECEIVED", 0, func(s *schemas.Shipment, r *schemas.RegistrationState) {
		over, date := day(2026, 5, 26).Add(12*time.Hour), "2026-05-25"
		s.SilentSince, r.ShipDate = &over, &date
	})
	add("S12", "INFO_RECEIVED", 0, nil)
	add("S13", "IN_TRANSIT", 100, func(_ *schemas.Shipment, r *schemas.RegistrationState) { r.State, r.Reason = "stopped", "sold" })
	add("S14", "IN_TRANSIT", 100, func(_ *schemas.Shipment, r *schemas.RegistrationState) { r.ShownStatus = "DELIVERED" })
	add("S15", "IN_TRANSIT", 100, func(s *schemas.Shipment, r *schemas.RegistrationState) {
		s.Registrations = append(s.Registrations, parcel{number: "S15"}.registration(day(2026, 5, 5), "y"))
		r.State, r.ExpiresAt = "expired", day(2026, 5, 30)
	})

	of := func(level, status string, gap float64, change func(*schemas.Baseline)) schemas.Baseline {
		b := gapRow(status, gap)
		b.Level = level
		change(&b)
		return b
	}
	countries := func(b *schemas.Baseline) { b.Service, b.OriginCountry, b.DestinationCountry = "standard", "CN", "DE" }
	rows := []schemas.Baseline{
		gapRow("IN_TRANSIT", 50), gapRow("EXCEPTION", 200), of(schemas.BaselineCountries, "IN_TRANSIT", 30, countries),
		of(schemas.BaselineLane, "IN_TRANSIT", 10, func(b *schemas.Baseline) {
			countries(b)
			b.OriginState, b.DestinationState = "ZJ", "BY"
		}),
		of(schemas.BaselineService, "IN_TRANSIT", 1, func(b *schemas.Baseline) { b.Service, b.Samples = "express", schemas.BaselineMinSamples-1 }),
	}
	world.baselines = append(baselineVersion(1, rows...), baselineVersion(2, rows...)[1:]...)
	return world
}

// scanned is an event of a parcel that is a physical scan, but for updates of data.
func scanned(s *schemas.Shipment, code string, at time.Time) *schemas.TrackingEvent {
	status := map[string]string{"delivered.delivered": "DELIVERED"}[code]
	if status == "" {
		status = "IN_TRANSIT"
	}
	return &schemas.TrackingEvent{
		Carrier: s.Carrier, TrackingNumber: s.TrackingNumber, Epoch: s.Epoch, EventID: code + at.String(), Revision: 1, Type: schemas.TypeEvent,
		Status: status, Code: code, Terminal: status == "DELIVERED", PhysicalScan: code != "transit.info_update", Leg: schemas.LegForward,
		OccurredAt: at, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, SourceKind: schemas.SourceFile,
		ReceivedAt: at, ArrivedAt: at, ObjectCreated: at, ObjectUpdated: at, Decision: schemas.DecisionAccepted,
	}
}

func TestStalled(t *testing.T) {
	conn := load(t, stalledParcels())
	const list = "carrier,service,lane,origin,destination,status,threshold_from,tracking_number,reference,silent_since,silent_hours,threshold_hours,parcels"
	for _, test := range []reportTest{
		{
			name: "the list", report: "stalled",
			want: list + `
				alpha,standard,CN-DE,CN,DE,INFO_RECEIVED,setting,S11,order S11,2026-05-26T12:00:00Z,132,72,1
				alpha,standard,CN-DE,CN,DE,EXCEPTION,carrier,S7,order S7,2026-05-27T00:00:00Z,120,120,1
				alpha,standard,CN-DE,CN,DE,IN_TRANSIT,countries,S15,order S15,2026-05-27T20:00:00Z,100,30,1
				alpha,standard,CN-DE,CN,DE,OUT_FOR_DELIVERY,setting,S8,order S8,2026-05-29T00:00:00Z,72,72,1
				alpha,standard,CN-DE,CN,DE,IN_TRANSIT,carrier,S5,order S5,2026-05-29T21:00:00Z,51,50,1
				alpha,standard,CN-DE,CN,DE,IN_TRANSIT,countries,S3,order S3,2026-05-30T17:00:00Z,31,30,1
				alpha,standard,CN-DE,CN,DE,IN_TRANSIT,lane,S1,order S1,2026-05-30T23:00:00Z,25,24,1`,
		},
		{
			name: "by status", report: "stalled", params: analytics.Params{By: []string{"status", "destination"}},
			want: `destination,status,tracking_number,reference,silent_since,silent_hours,threshold_hours,parcels
				DE,INFO_RECEIVED,,,2026-05-26T12:00:00Z,132,72,1
				DE,EXCEPTION,,,2026-05-27T00:00:00Z,120,120,1
				DE,IN_TRANSIT,,,2026-05-27T20:00:00Z,100,24,4
				DE,OUT_FOR_DELIVERY,,,2026-05-29T00:00:00Z,72,72,1
				,,,,2026-05-26T12:00:00Z,132,24,7`,
		},
		{
			name: "with another setting, the first", report: "stalled", params: analytics.Params{StalledAfter: 140 * time.Hour, Limit: 1},
			want: list + `
				alpha,standard,CN-DE,CN,DE,EXCEPTION,carrier,S7,order S7,2026-05-27T00:00:00Z,120,120,1`,
		},
		{
			name: "of a tenant", report: "stalled", params: analytics.Params{Tenant: "y"},
			want: list + `
				alpha,standard,CN-DE,CN,DE,IN_TRANSIT,countries,S15,order S15,2026-05-27T20:00:00Z,100,30,1`,
		},
		{
			// On 11 May S9's last scan was a day and a half old; of the others no event was before that, and S11 was not yet due.
			name: "as of a day when it was not delivered", report: "stalled", params: analytics.Params{AsOf: day(2026, 5, 11).Add(12 * time.Hour)},
			want: list + `
				alpha,standard,CN-DE,CN,DE,IN_TRANSIT,countries,S9,order S9,2026-05-10T00:00:00Z,36,30,1`,
		},
		{
			name: "of nobody", report: "stalled", params: analytics.Params{Tenant: "z"},
			want: list,
		},
	} {
		test.run(t, conn)
	}
}
