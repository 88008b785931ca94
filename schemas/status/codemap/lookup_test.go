package codemap_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLookup(t *testing.T) {
	m := maps(t)
	for _, c := range []struct{ source, carrier, raw, status, want, version string }{
		// Names of a source.
		{"shippo", "ups", "package_accepted", "TRANSIT", "transit.accepted", "shippo/2"},
		{"shippo-webhook", "ups", "Package_Accepted ", "", "transit.accepted", "shippo/2"},
		{"Shippo Push", "ups", "package_accepted", "", "transit.accepted", "shippo/2"},
		{"intersoft-push", "", "INVD", "", "invalid.number", "royal-mail/2"},
		{"my-feed", "royal-mail", "EVKSP", "", "delivered.signed", "royal-mail/2"},
		{"my-feed", "my-carrier", "EVKSP", "", "", ""},
		{"shippo-europe", "my-carrier", "package_accepted", "", "", ""},
		{"", "", "", "", "", ""},

		// Without a detail, or with one that says nothing, the status counts.
		{"shippo", "", "", "PRE_TRANSIT", "info.received", "shippo/2"},
		{"shippo", "", "new_word", "PRE_TRANSIT", "info.received", "shippo/2"},
		{"shippo", "", "other", "PRE_TRANSIT", "info.received", "shippo/2"},
		{"shippo", "", "other", "", "unknown.unmapped", "shippo/2"},
		{"shippo", "", "new_word", "new_status", "", ""},
		{"shippo", "", "", "notice_left", "attempt.notice_left", "shippo/2"},
		{"karrio", "", "in_transit", "", "transit.moving", "karrio/1"},

		// Shippo: TRANSIT hides four other main statuses; RETURNED may be on the way.
		{"shippo", "", "out_for_delivery", "TRANSIT", "ofd.out", "shippo/2"},
		{"shippo", "", "pickup_available", "TRANSIT", "collect.ready", "shippo/2"},
		{"shippo", "", "delivery_attempted", "TRANSIT", "attempt.failed", "shippo/2"},
		{"shippo", "", "package_damaged", "TRANSIT", "exc.damaged", "shippo/2"},
		{"shippo", "", "", "RETURNED", "returning.in_progress", "shippo/2"},
		{"shippo", "", "information_received", "DELIVERED", "delivered.delivered", "shippo/2"}, // decisive

		// EasyPost: the status wins, but exceptions have no status of their own.
		{"easypost", "", "arrived_at_destination", "delivered", "delivered.delivered", "easypost/1"},
		{"easypost", "", "arrived_at_destination", "in_transit", "transit.arrived_destination", "easypost/1"},
		{"easypost", "", "status_update", "pre_transit", "info.received", "easypost/1"},
		{"easypost", "", "delayed", "in_transit", "exc.carrier_delay", "easypost/1"},
		{"easypost", "", "lost", "failure", "failed.lost", "easypost/1"},
		{"easypost", "", "unknown", "in_transit", "transit.moving", "easypost/1"},

		// EasyPost passes on carriers' codes; the status must not be contradicted.
		{"easypost", "royal-mail", "EVKSP", "delivered", "delivered.signed", "royal-mail/2"},
		{"easypost", "royal-mail", "EVKSP", "unknown", "delivered.signed", "royal-mail/2"},
		{"easypost", "royal-mail", "EVKSP", "", "delivered.signed", "royal-mail/2"},
		{"easypost", "royal-mail", "EVKSP", "in_transit", "transit.moving", "easypost/1"},
		{"easypost", "my-carrier", "X1", "in_transit", "transit.moving", "easypost/1"},
		{"shippo", "royal-mail", "EVKSP", "", "", ""},

		// Beside a carrier's code the platform's own stands behind the status.
		{"easypost", "my-carrier", "X1", "in_transit/delayed", "exc.carrier_delay", "easypost/1"},
		{"easypost", "my-carrier", "X1", "delivered/arrived_at_destination", "delivered.delivered", "easypost/1"},
		{"easypost", "my-carrier", "X1", "in_transit/new_word", "transit.moving", "easypost/1"},
		{"easypost", "royal-mail", "EVKSP", "delivered/arrived_at_destination", "delivered.signed", "royal-mail/2"},
		{"easypost", "royal-mail", "EVKSP", "in_transit/delayed", "exc.carrier_delay", "easypost/1"},
		{"shipengine", "my-carrier", "DE", "EX/CARRIER_DELAYS", "exc.carrier_delay", "shipengine/1"},
		{"shipengine", "my-carrier", "DE", "EX", "exc.unspecified", "shipengine/1"},
		{"shipengine", "my-carrier", "DE", "", "delivered.delivered", "shipengine/1"},
		{"aftership", "my-carrier", "OK", "Exception/Exception_011", "returned.returned", "aftership/1"},
		{"shippo", "", "", "TRANSIT/package_held", "", ""},

		// TrackingMore: pickup is out for delivery or ready to collect; 007 is not lost.
		{"trackingmore", "", "pickup001", "pickup", "ofd.out", "trackingmore/1"},
		{"trackingmore", "", "pickup002", "pickup", "collect.ready", "trackingmore/1"},
		{"trackingmore", "", "", "pickup", "ofd.out", "trackingmore/1"},
		{"trackingmore", "", "exception007", "exception", "exc.loss_or_damage", "trackingmore/1"},

		// Returns under an exception.
		{"aftership", "", "Exception_010", "Exception", "returning.in_progress", "aftership/1"},
		{"17track", "", "Exception_Returned", "Exception", "returned.returned", "17track/1"},
		{"17track", "", "", "40", "delivered.delivered", "17track/1"},

		// ShipEngine.
		{"shipengine", "", "", "NY", "pending.not_found", "shipengine/1"},
		{"shipengine", "", "", "UN", "unknown.unmapped", "shipengine/1"},
		{"shipengine", "", "", "AC", "info.received", "shipengine/1"},
		{"shipengine", "", "RECEIVED_BY_CARRIER", "AC", "transit.accepted", "shipengine/1"},
		{"shipengine", "", "DELIVERED_TO_PICKUP_POINT", "SP", "collect.ready", "shipengine/1"},

		// Carriers' own codes, from whoever passes them on.
		{"usps-push", "usps", "01", "", "delivered.delivered", "usps/2"},
		{"my-feed", "usps", "56", "", "attempt.no_recipient", "usps/2"},
		{"", "fedex", "Ow", "", "transit.moving", "fedex/2"},
		{"fedex-push", "fedex", "ZZ", "IN", "info.label_created", "fedex/2"},
		{"", "canada-post", "0174", "", "ofd.out", "canada-post/1"},

		// UPS: the number wins, two digits are an activity's and no number, and a
		// code of two letters means something only with its type.
		{"", "ups", "021", "", "ofd.out", "ups/2"},
		{"", "ups", "11", "X", "exc.unspecified", "ups/2"},
		{"ups-push", "ups", "DP", "003", "info.received", "ups/2"},
		{"", "ups", "DP", "I", "transit.departed_facility", "ups/2"},
		{"", "ups", "DP", "M", "info.received", "ups/2"},
		{"", "ups", "OR", "X", "exc.unspecified", "ups/2"},
		{"", "ups", "2Q", "D", "collect.ready", "ups/2"},
		{"", "ups", "Z9", "D", "delivered.delivered", "ups/2"},

		// A collection point that is reached is no delivery.
		{"correios-poll", "correios", "LDI/01", "", "collect.ready", "correios/1"},
		{"correios-poll", "correios", "PAR/15", "", "transit.arrived_destination", "correios/1"},
		{"seko", "seko", "OP-76", "", "collect.ready", "seko/1"},
		{"mydhl", "dhl-express", "OK", "", "delivered.delivered", "dhl-express/2"},
		{"", "dhl-parcel-de", "NTDEL/NHOME", "ZN", "attempt.no_recipient", "dhl-parcel-de/2"},
		{"", "dhl-parcel-de", "NTDEL/NEW", "ZN", "attempt.failed", "dhl-parcel-de/2"},
		{"", "dhl-parcel-de", "DLVRD/SERPT", "ZU", "collect.ready", "dhl-parcel-de/2"},
		{"", "royal-mail", "EVKLS", "", "collect.ready", "royal-mail/2"},
		{"upu-emsevt", "my-post", "EMI", "", "delivered.delivered", "upu-emsevt/1"},

		// ClickPost: remarks of 18; reasons go with 9 only.
		{"clickpost", "", "18", "", "exc.carrier_delay", "clickpost/1"},
		{"clickpost", "", "18", "Shipment MISROUTED to other city", "exc.misrouted", "clickpost/1"},
		{"clickpost", "", "18", "Delayed by rain", "exc.carrier_delay", "clickpost/1"},
		{"clickpost", "", "NDR4", "9", "attempt.not_made", "clickpost/1"},
		{"clickpost", "", "NDR4", "8", "delivered.delivered", "clickpost/1"},
		{"clickpost", "", "NDR4", "", "attempt.not_made", "clickpost/1"},
		{"clickpost", "", "NDR0", "9", "attempt.failed", "clickpost/1"},
		{"clickpost", "", "8", "", "delivered.delivered", "clickpost/1"},
	} {
		code, version, ok := m.Lookup(c.source, c.carrier, c.raw, c.status, "")
		require.Equal(t, []any{c.want, c.version, c.want != ""}, []any{code, version, ok}, "%s %s %q %q", c.source, c.carrier, c.raw, c.status)
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	m := maps(t)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		m.Lookup("shippo", "ups", "package_accepted", "TRANSIT", "")
		m.Lookup("royal-mail-push", "royal-mail", "EVKSP", "", "")
		m.Lookup("easypost", "royal-mail", "EVKSP", "delivered", "")
		m.Lookup("sim-push", "sim", "", "", "")
	}))
}
