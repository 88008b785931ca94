package polling

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A question is asked with an account of the tenant for that carrier, the one
// that is named or else its first; never with another's.
func TestFindAccount(t *testing.T) {
	d, err := NewDirectory(read(t, `accounts:
  - {name: rm, tenant: acme, source: Royal Mail, polling: {key: @, password: @}}
  - {name: se, tenant: acme, source: shipengine, polling: {key: @, carriers: {USPS: stamps_com, ups: ups}}}
  - {name: se-2, tenant: acme, source: shipengine, polling: {key: @, carriers: {usps: stamps_com}}}
  - {name: dhl, tenant: globex, source: dhl, polling: {key: @}}
  - {name: hooks, tenant: initech, source: easypost, inbound: {secrets: [ @]}}
`), table(t), Sources())
	require.NoError(t, err)
	for _, c := range []struct{ tenant, name, carrier, want string }{
		{"acme", "", "royal-mail", "acme/rm"},
		{"acme", "rm", "royal-mail", "acme/rm"},
		{"acme", "", "usps", "acme/se"},
		{"acme", "se-2", "usps", "acme/se-2"},
		{"acme", "se-2", "ups", ""},
		{"acme", "rm", "usps", ""},
		{"acme", "", "dhl-express", ""},
		{"globex", "", "dhl-express", "globex/dhl"},
		{"globex", "", "royal-mail", ""},
		{"globex", "rm", "royal-mail", ""},
		{"initech", "", "usps", ""},
		{"nobody", "", "usps", ""},
	} {
		got := ""
		if a := d.Find(c.tenant, c.name, c.carrier); a != nil {
			got = a.String()
		}
		require.Equal(t, c.want, got, "%v", c)
	}
	require.True(t, d.Has("acme", "usps"))
	require.False(t, d.Has("globex", "usps"))
	require.NoError(t, d.ReadSecrets())
	require.Subset(t, d.Carriers(), []string{"royal-mail", "usps", "ups", "dhl-express", "dhl-parcel-de"})
	require.Equal(t, "stamps_com", d.Find("acme", "", "usps").carriers["usps"])
	require.Equal(t, "key-1", d.Find("acme", "", "royal-mail").password)
}

// Limits are the published ones, unless the account has others.
func TestAccountLimits(t *testing.T) {
	d, err := NewDirectory(read(t, `accounts:
  - {name: a, tenant: acme, source: dhl, polling: {key: @}}
  - {name: b, tenant: acme, source: dhl, polling: {key: @, per_day: 1000}}
  - {name: c, tenant: acme, source: dhl, polling: {key: @, rate: 10, in_flight: 8}}
  - {name: d, tenant: acme, source: dhl, polling: {key: @, rate: 10, per_day: 5000}}
`), table(t), Sources())
	require.NoError(t, err)
	var got []Limits
	for _, a := range d.All() {
		got = append(got, a.Limits)
	}
	require.Equal(t, []Limits{
		{Rate: 0.2, PerDay: 250, InFlight: 1}, {Rate: 0.2, PerDay: 1000, InFlight: 1}, {Rate: 10, InFlight: 8}, {Rate: 10, PerDay: 5000, InFlight: 1},
	}, got)
}

func TestWrongAccounts(t *testing.T) {
	for entry, says := range map[string]string{
		`source: shippo, polling: {key: @}`:                                               "account x of tenant acme: polling: nothing asks the source shippo; there is dhl-universal, easypost, royal-mail, shipengine",
		`source: shipengine, polling: {key: @}`:                                           "shipengine is a platform; say which carriers it is asked about",
		`source: dhl, polling: {key: {env: WAYBILL_NOT_SET}}`:                             "polling: key: reading a secret: env WAYBILL_NOT_SET is empty",
		`source: royal-mail, polling: {key: @}`:                                           "password: reading a secret: neither env nor file is named",
		`source: dhl, polling: {key: @, rate: -1}`:                                        "must not be negative",
		`source: dhl, polling: {key: @, per_day: -1}`:                                     "must not be negative",
		`source: dhl, polling: {key: @, url: "http://api.example"}`:                       "keys are sent by https only, but to this machine",
		`source: dhl, polling: {key: @, url: "http://127.0.0.1.example"}`:                 "keys are sent by https only",
		`source: dhl, polling: {key: @, url: "ftp://api.example"}`:                        "by https only",
		`source: dhl, polling: {key: @, url: "api.example"}`:                              "https://host/path is wanted",
		`source: dhl, polling: {key: {env: PATH}, url: "https://me:hunter2@api.example"}`: "without user",
		`source: dhl, polling: {key: @, url: "https://api.example?x=1"}`:                  "query",
		`source: dhl, polling: {key: @, url: "https://api.example\u0000"}`:                "url",
	} {
		d, err := NewDirectory(read(t, "accounts:\n  - {name: x, tenant: acme, "+entry+"}\n"), table(t), Sources())
		if err == nil {
			err = d.ReadSecrets()
		}
		require.ErrorContains(t, err, says, entry)
		require.NotContains(t, err.Error(), "key-1")
		require.NotContains(t, err.Error(), "hunter2")
	}
	for _, url := range []string{"http://127.0.0.1:8080/dhl", "http://[::1]:1", "http://localhost", "https://proxy.example/dhl/"} {
		_, err := NewDirectory(read(t, `accounts: [{name: x, tenant: acme, source: dhl, polling: {key: @, url: "`+url+`"}}]`), table(t), Sources())
		require.NoError(t, err, url)
	}
}
