package carriers_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// R3: a product is found by token, then by name, in any spelling.
func TestTracked(t *testing.T) {
	tab, err := carriers.Parse([]byte(`carriers:
  - carrier: post
    name: The Post
    products:
      - {name: Letter, tokens: [LTR], tracked: no}
      - {name: Parcel 24, tokens: [parcel_24, P24], tracked: yes}
  - carrier: strict
    name: Strict
    aliases: [stern]
    other_products: untracked
    products: [{name: Gold, tracked: yes}]
  - {carrier: plain, name: Plain}`))
	require.NoError(t, err)
	for _, c := range []struct {
		carrier, token, name string
		known, tracked       bool
		reason               string
	}{
		{"post", "", "", true, true, ""},
		{"Post", "ltr", "", true, false, "The Post does not track parcels of its service Letter."},
		{"post", "", "LETTER", true, false, "The Post does not track parcels of its service Letter."},
		{"post", "p24", "Letter", true, true, ""},
		{"post", "Parcel-24", "", true, true, ""},
		{"post", "new", "Something new", true, true, ""},
		{"stern", "gold", "", true, true, ""},
		{"strict", "", "", true, true, ""},
		{"strict", "silver", "", true, false, "silver is not among the services of Strict that are tracked."},
		{"strict", "s", "Silver", true, false, "Silver is not among the services of Strict that are tracked."},
		{"plain", "any", "", true, true, ""},
		{"nobody", "any", "", false, true, ""},
	} {
		known, tracked, reason := tab.Tracked(c.carrier, &schemas.ServiceLevel{Token: c.token, Name: c.name})
		require.Equal(t, []any{c.known, c.tracked, c.reason}, []any{known, tracked, reason}, "%s %s %s", c.carrier, c.token, c.name)
	}
	known, tracked, _ := tab.Tracked("post", nil)
	require.True(t, known && tracked)
}

func TestParseRefusesBrokenProducts(t *testing.T) {
	for text, want := range map[string]string{
		"carriers: [{carrier: a, products: [{name: x}]}]":                                                    "lacks its name or tracked",
		"carriers: [{carrier: a, products: [{tracked: yes}]}]":                                               "lacks its name or tracked",
		"carriers: [{carrier: a, products: [{name: x, tracked: yes}, {name: y, tokens: [X], tracked: no}]}]": "stands for two products",
		"carriers: [{carrier: a, products: [{name: x, tokens: [' '], tracked: no}]}]":                        "is empty or stands",
		"carriers: [{carrier: a, other_products: no}]":                                                       `other_products is "no"`,
	} {
		_, err := carriers.Parse([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

// Royal Mail's products that are told to followers, as INTERSOFT names them, and
// those that are sold without tracking. Others pass.
func TestTrackedProductsOfRoyalMail(t *testing.T) {
	for product, want := range map[string]bool{
		"Tracked 24": true, "tracked_48": true, "Tracked Standard": true, "TRACKED HIGH VOLUME": true, "Tracked Returns": true,
		"Special Delivery": true, "Special Delivery Guaranteed": true, "International Tracked": true,
		"International Tracked and Signed": true, "International Tracked & Signed": true, "TPN": true,
		"1st Class": false, "second-class": false, "Royal Mail 48": false, "International Standard": false, "intl_economy": false,
		"Something New": true,
	} {
		known, tracked, reason := table(t).Tracked("RoyalMail", &schemas.ServiceLevel{Token: product})
		require.Equal(t, []any{true, want, want}, []any{known, tracked, reason == ""}, product)
		_, tracked, _ = table(t).Tracked("11031", &schemas.ServiceLevel{Name: product})
		require.Equal(t, want, tracked, product)
	}
}

// The carriers that docs/maps.md shows are a table.
func TestTheCarriersOfThePageLoad(t *testing.T) {
	page, err := os.ReadFile("../../docs/maps.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(page), "```yaml\ncarriers:")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "```")
	tab, err := carriers.Parse([]byte("carriers:" + text))
	require.NoError(t, err)
	_, valid, _ := tab.CheckNumber("190999", "MM123456784MO")
	require.False(t, valid)
	_, tracked, _ := tab.Tracked("MoonMail", &schemas.ServiceLevel{Token: "ce"})
	require.False(t, tracked)
}
