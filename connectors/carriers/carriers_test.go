package carriers_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// theTable is read once; it is safe to share.
var theTable = sync.OnceValues(carriers.Default)

func table(t testing.TB) *carriers.Table {
	t.Helper()
	tab, err := theTable()
	require.NoError(t, err)
	return tab
}

func TestCanonicalFoldsSpellingsAndAliases(t *testing.T) {
	for name, want := range map[string]string{
		"scms": "scms", "SCMS": "scms", " Usaid_SCMS ": "scms", "usaid scms": "scms",
		"Simulator": "sim", "": "",
		// What sources call the same carrier.
		"Royal Mail": "royal-mail", "royal_mail": "royal-mail", "RoyalMail": "royal-mail", "11031": "royal-mail",
		"USPS": "usps", "21051": "usps", "stamps_com": "usps", "endicia": "usps",
		"DHLExpress": "dhl-express", "dhl_express": "dhl-express", "100001": "dhl-express",
		"dhl-germany": "dhl-parcel-de", "DHLPaket": "dhl-parcel-de", "UPSDAP": "ups", "FedEx": "fedex",
		"hermes_uk": "evri", "CanadaPost": "canada-post", "brazil-correios": "correios", "colissimo": "la-poste",
		// Shippo's tokens, EasyPost's strings, AfterShip's and TrackingMore's slugs, ShipEngine's codes.
		"AsendiaUsa": "asendia", "axlehire": "jitsu", "AxlehireV3": "jitsu", "rr_donnelley": "epost-global", "RRDonnelley": "epost-global",
		"LaserShipV2": "lasership", "OntracV3": "ontrac", "AmazonMws": "amazon", "postnl-3s": "postnl", "PostNL": "postnl", "exapaq": "dpd-fr",
		"correos_espana": "correos", "spain-correos-es": "correos", "fedex_uk": "fedex", "dhl-global-mail-asia": "dhl-ecommerce-asia", "UPSIparcel": "i-parcel",
		"australia_post_my_post_business": "australia-post", "purolator_ca": "purolator", "190271": "cainiao", "new_zealand_post": "new-zealand-post",
		// The couriers of the published definitions.
		"amazon_logistics": "amazon", "canada_post": "canada-post", "landmark": "landmark-global", "old_dominion": "old-dominion", "Spee-Dee": "speedee",
		// Names that mean different carriers to different sources are nobody's.
		"dhl": "dhl", "hermes": "hermes", "dpd": "dpd",
	} {
		require.Equal(t, want, table(t).Canonical(name), "name %q", name)
	}
}

func TestCheckNumber(t *testing.T) {
	for _, c := range []struct {
		carrier, number string
		known, valid    bool
		reason          string
	}{
		{"scms", "ASN-8.1", true, true, ""},
		{"scms", "asn8.1", true, true, ""},
		{"scms", "DN-4321.86823", true, true, ""},
		{"USAID_SCMS", "x.y", true, true, ""},
		{"scms", "ASN/3 a.b.c", true, true, ""},
		{"scms", "ASN-8", true, false, "ASN8 is no number of Supply Chain Management System, such as ASN-8.1."},
		{"scms", ".1", true, false, ".1 is no number of Supply Chain Management System, such as ASN-8.1."},
		{"scms", "ASN-8.", true, false, "ASN8. is no number of Supply Chain Management System, such as ASN-8.1."},
		{"olist", "53cdb2fc8bc7dce0b6741e2150273451", true, true, ""},
		{"olist", "53CDB2FC8BC7DCE0B6741E2150273451", true, true, ""},
		{"olist", "53cdb2fc8bc7dce0b6741e215027345", true, false, "53CDB2FC8BC7DCE0B6741E215027345 is no number of Olist, such as 53cdb2fc8bc7dce0b6741e2150273451."},
		{"sim", "sa123456785zz", true, true, ""},
		{"sim", "SA 1234 5678 5 ZZ", true, true, ""},
		{"sim", "SA123456786ZZ", true, false, "The check digit of SA123456786ZZ is wrong; Waybill simulator numbers have the form S10 with the country letters ZZ."},
		{"sim", "SA123456785GB", true, false, "SA123456785GB is no number of Waybill simulator, such as SA 123 456 785 ZZ."},
		{"royal-mail", "ab 1234 5678 5 gb", true, true, ""},
		{"RoyalMail", "AB123456789GB", true, false, "The check digit of AB123456789GB is wrong; Royal Mail numbers have the form S10 with the country letters GB."},
		{"royal-mail", "32048390000010001", false, true, ""},
		{"correios", "JT365572014BR", true, true, ""},
		{"ups", "1Z12345E0291980790", true, false, "The check digit of 1Z12345E0291980790 is wrong; UPS numbers have the form 1Z, fifteen letters or digits and a check digit."},
		{"ups", "K1506235620", true, true, ""},
		{"ups", "A1506235622", false, true, ""}, // Amazon's have this form too
		{"ups", "92055901755477000000000000", false, true, ""},
		{"usps", "9400111206206407628746", true, true, ""},
		{"usps", "9400111206206407628747", true, false, "The check digit of 9400111206206407628747 is wrong; United States Postal Service numbers have the form 94, 19, 23 or 27 digits and a check digit, with or without 420 and the postal code before."},
		{"usps", "RB123456785GB", false, true, ""}, // another post's, which USPS delivers
		{"canada-post", "0073938000549297", true, true, ""},
		{"canada-post", "0073938000549292", true, false, "The check digit of 0073938000549292 is wrong; Canada Post numbers have the form fifteen digits and a check digit."},
		{"fedex", "986578788855", true, true, ""},
		{"fedex", "986578788856", true, false, "The check digit of 986578788856 is wrong; FedEx numbers have the form eleven digits and a check digit."},
		{"fedex", "320595463930", false, true, ""}, // Purolator's have this form too
		{"dpd-de", "008182709980000020033350276C", true, true, ""},
		{"dhl", "3318810010", false, true, ""}, // a family
		{"nobody", "1", false, true, ""},
	} {
		known, valid, reason := table(t).CheckNumber(c.carrier, c.number)
		require.Equal(t, []any{c.known, c.valid, c.reason}, []any{known, valid, reason}, "%s %s", c.carrier, c.number)
	}
}

// The first two are published examples of standard S10; eleven less the
// remainder being 10 or 11 are its two special cases.
func TestPolled(t *testing.T) {
	table, err := carriers.Parse([]byte("carriers:\n  - {carrier: royal-mail, name: Royal Mail, aliases: [rm], polled: yes}\n  - {carrier: dhl, name: DHL}\n"))
	require.NoError(t, err)
	for name, polled := range map[string]bool{"royal-mail": true, "Royal Mail": true, "RM": true, "dhl": false, "nobody": false} {
		require.Equal(t, polled, table.Polled(name), name)
	}
}

func TestS10CheckDigit(t *testing.T) {
	for serial, want := range map[string]byte{
		"12345678": '5', "47312482": '9',
		"00000000": '5', "00000005": '9', "00000008": '0',
	} {
		digit, ok := carriers.S10CheckDigit(serial)
		require.True(t, ok)
		require.Equal(t, string(want), string(digit), serial)
	}
	for _, bad := range []string{"", "1234567", "123456789", "1234567a"} {
		_, ok := carriers.S10CheckDigit(bad)
		require.False(t, ok, bad)
	}
}

func TestParseRefusesBrokenTables(t *testing.T) {
	for text, want := range map[string]string{
		"carriers: [{carrier: a, alias: [b]}]":                                                                                                               "line 1: there is no key alias (did you mean aliases?)",
		"carriers: [{carrier: A}]":                                                                                                                           `the slug "A" is empty or not canonical`,
		"carriers: [{carrier: a, aliases: [x]}, {carrier: b, aliases: [X]}]":                                                                                 `the name "X" stands for a and for b`,
		"carriers: [{carrier: a}, {carrier: a}]":                                                                                                             `the name "a" stands for a and for a`,
		"carriers: [{carrier: a, numbers: [{name: n, regex: '(', example: x}]}]":                                                                             "missing closing )",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '[0-9]+', example: x}]}]":                                                                        `its example "x" does not fit`,
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: x, check: luck}]}]":                                                               `no check digit arithmetic "luck"`,
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: SA1ZZ, check: s10}]}]":                                                            "takes the groups (?P<serial>) and (?P<check>)",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: x, check: mod10}]}]":                                                              "mod10 needs evens and odds",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: x, check: luhn, evens: 1}]}]":                                                     `the check digit arithmetic "luhn" takes no evens`,
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: x, check: sum_product_with_weightings_and_modulo, weights: [1], moduli: [11]}]}]": "needs weights and two moduli",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: x, lookup: {b: c}}]}]":                                                            "the regex has no group b",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '(?P<b>.*)', example: x, lookup: {b: '('}}]}]":                                                   "lookup: b: error parsing",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '.*', example: xx, lengths: [1]}]}]":                                                             `its example "xx" does not fit`,
		"carriers: [{carrier: a, numbers: [{name: n, regex: 'S.*', example: xS1}]}]":                                                                         "does not fit",
		"carriers: [{carrier: a, other_numbers: some}]":                                                                                                      `other_numbers is "some"`,
		"carriers: [{carrier: 'a b', numbers: [{name: n, regex: '.*', example: x}]}]":                                                                        "not canonical",
		"carriers: [{carrier: a, numbers: [{name: n, regex: '..(?P<serial>.{8})(?P<check>.)..', example: SA000000001ZZ, check: s10}]}]":                      "wrong check digit",
	} {
		_, err := carriers.Parse([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

// A judgement must not depend on how a number is spelled, nor fail on any text.
func FuzzCheckNumber(f *testing.F) {
	f.Add("scms", "ASN-8.1")
	f.Add("sim", "SA123456785ZZ")
	f.Fuzz(func(t *testing.T, carrier, number string) {
		tab := table(t)
		known, valid, reason := tab.CheckNumber(carrier, number)
		require.Equal(t, valid, reason == "")
		_, again, _ := tab.CheckNumber(tab.Canonical(carrier), schemas.CanonicalNumber(number))
		require.Equal(t, valid, again)
		require.True(t, known || valid)
	})
}
