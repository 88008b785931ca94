package codemap_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// Model and maps are read once; they are safe to share.
var (
	theModel = sync.OnceValues(status.Default)
	theMaps  = sync.OnceValues(func() (*codemap.Maps, error) {
		m, err := theModel()
		if err != nil {
			return nil, err
		}
		return codemap.Default(m)
	})
)

func model(t testing.TB) *status.Model {
	t.Helper()
	m, err := theModel()
	require.NoError(t, err)
	return m
}

func maps(t testing.TB) *codemap.Maps {
	t.Helper()
	m, err := theMaps()
	require.NoError(t, err)
	return m
}

func source(t testing.TB, name string) *codemap.Source {
	t.Helper()
	for _, s := range maps(t).Sources() {
		if s.Name == name {
			return s
		}
	}
	require.Fail(t, "no map", name)
	return nil
}

// The published codes of each platform, each mapped once; Karrio's "unknown",
// which is a status and a reason, is not counted.
func TestEveryPublishedCodeIsMapped(t *testing.T) {
	for name, want := range map[string]int{
		"shippo": 27, "easypost": 28, "aftership": 48, "17track": 30, "trackingmore": 29, "shipengine": 75,
	} {
		require.Len(t, source(t, name).Codes, want, name)
	}
	clickpost := source(t, "clickpost")
	require.Equal(t, 43, len(clickpost.Codes)+len(clickpost.Statuses))
	karrio := source(t, "karrio")
	require.Equal(t, 45, len(karrio.Codes)+len(karrio.Statuses)-2)
	published := 0
	for _, line := range source(t, "royal-mail").Codes {
		if codes := "EVAIE EVAIP INVD EVPPA EVOCO EVBAH EVDAC EVDAV EVIAV EVIMC ASRXS RFRXS RNRXS RORXS RPRXS RSRXS EVGPD EVKLC " +
			"EVKNA EVNDA EVKAA EVNAA EVKSU EVNAR EVNDN EVKOP EVKSP EVKDN EVKSF EVNOC EVPLC EVGMI EVNMI EVIPI EVNKS EVNRT EVKAI " +
			"EVKGA EVNGA EVKRF EVNRF EVRTS"; strings.Contains(codes, line.Key) {
			published++
		}
	}
	require.Equal(t, 42, published)
}

// Every code of the model has an outward word, and what a platform would read
// back from it is of the same main status, except where the golden file says
// otherwise.
func TestThereAndBack(t *testing.T) {
	m := maps(t)
	for _, d := range m.Dialects() {
		var differs strings.Builder
		for _, c := range model(t).Codes() {
			word := d.Word(c.Name)
			require.NotEmpty(t, word.Status, c.Name)
			require.NotEmpty(t, word.Detail, c.Name)
			back, _, ok := m.Lookup(d.Name, "", word.Detail, word.Status, "")
			require.True(t, ok, "%s %s", d.Name, c.Name)
			if got := model(t).Code(back); got.Status != c.Status {
				fmt.Fprintf(&differs, "%-30s %s %s is read as %s\n", c.Name, word.Status, word.Detail, back)
			}
		}
		golden := "testdata/there_and_back_" + d.Name + ".txt"
		if *rewrite {
			require.NoError(t, os.WriteFile(golden, []byte(differs.String()), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), differs.String())
	}
}

// The built-in dialects leave no code to its main status.
func TestEveryCodeHasALineOutward(t *testing.T) {
	for _, d := range maps(t).Dialects() {
		text, err := os.ReadFile("out/" + d.Name + ".yaml")
		require.NoError(t, err)
		for _, c := range model(t).Codes() {
			require.Contains(t, string(text), "\n  "+c.Name+":", d.Name)
		}
	}
}

// A dialect uses no word that its platform does not have.
func TestOutwardWordsAreThePlatforms(t *testing.T) {
	for _, d := range maps(t).Dialects() {
		statuses, codes := map[string]bool{}, map[string]bool{}
		for _, line := range source(t, d.Name).Statuses {
			statuses[line.Key] = true
		}
		for _, line := range source(t, d.Name).Codes {
			codes[line.Key] = true
		}
		used := map[string]bool{}
		for _, c := range model(t).Codes() {
			word := d.Word(c.Name)
			require.True(t, statuses[word.Status], "%s: %v", d.Name, word)
			require.True(t, codes[word.Detail], "%s: %v", d.Name, word)
			used[word.Status] = true
		}
		require.Equal(t, statuses, used, "every status of %s is used", d.Name)
		require.Equal(t, d.Word("unknown.unmapped"), d.Word("no.such"))
	}
	require.Nil(t, maps(t).Dialect("nobody"))
	require.Equal(t, codemap.Word{Status: "TRANSIT", Detail: "package_accepted"}, maps(t).Dialect("shippo").Word("transit.accepted"))
	require.Equal(t, "shipengine/1", maps(t).Dialect("shipengine").Version)
}
