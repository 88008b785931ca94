package schemas

import (
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestShipmentKey(t *testing.T) {
	tests := []struct{ carrier, number, key string }{
		{"royal-mail", "AB123456785GB", "royal-mail:AB123456785GB"},
		{" Royal_Mail ", "ab 1234 5678-5gb", "royal-mail:AB123456785GB"},
		{"scms", "ASN-8.1", "scms:ASN8.1"},
		{"usps", "9400\u00a01000\u20131", "usps:940010001"},
	}
	for _, tt := range tests {
		key, err := ShipmentKey(tt.carrier, tt.number)
		require.NoError(t, err)
		require.Equal(t, tt.key, key)
		again, err := ShipmentKey(CanonicalCarrier(tt.carrier), CanonicalNumber(tt.number))
		require.NoError(t, err)
		require.Equal(t, key, again, "canonical forms must be stable")
	}
}

// A carrier and a number that are taken as they are, are those that every
// character by itself leaves as it is.
func TestPlainIsCanonical(t *testing.T) {
	for r := rune(0); r <= unicode.MaxLatin1; r++ {
		s := string(r)
		if plainCarrier(s) {
			require.Equal(t, s, CanonicalCarrier(" "+s+" "), "the way of what is not plain, for there are blanks")
		}
		if plainNumber(s) {
			require.Equal(t, s, CanonicalNumber(" "+s+"-"))
		}
		key, err := ShipmentKey(s, s)
		long, longErr := ShipmentKey(" "+s, s+" ")
		require.Equal(t, long, key)
		require.Equal(t, longErr == nil, err == nil)
	}
}

func TestShipmentKeyRefusesWhatIsNoKey(t *testing.T) {
	for _, tt := range []struct{ carrier, number, says string }{
		{"", "1", "carrier is empty"},
		{"x", " - ", "tracking number is empty"},
		{"a:b", "1", "colon"},
		{"a/b", "1", "slash"},
		{"x", string(make([]byte, 200)), "100 bytes"},
		{"x", "1\x00", "control character"},
		{"x", "1\xff", "UTF-8"},
	} {
		_, err := ShipmentKey(tt.carrier, tt.number)
		require.ErrorContains(t, err, tt.says)
	}
}

func TestAppendShipmentKey(t *testing.T) {
	key, err := AppendShipmentKey([]byte("before "), " Royal_Mail ", "ab 1")
	require.NoError(t, err)
	require.Equal(t, "before royal-mail:AB1", string(key))
	key, err = AppendShipmentKey([]byte("before "), "a:b", "1")
	require.ErrorContains(t, err, "colon")
	require.Equal(t, "before ", string(key))
}

func TestEpochKeyAndJobKey(t *testing.T) {
	require.Equal(t, "scms:ASN8.1:1000", EpochKey("scms:ASN8.1", time.UnixMilli(1000)))
	require.Equal(t, "ep1/scms:ASN8.1", JobKey("ep1", "scms:ASN8.1"))
}

// Ids of registrations are told apart by tenant and parcel, and do not change
// from one version to the next: clients keep them.
func TestRegistrationID(t *testing.T) {
	id := RegistrationID("acme", "royal-mail:AB123456785GB")
	require.Equal(t, "587d507073f4e3b7904be11322e72264", id)
	for _, other := range [][2]string{{"acme", "royal-mail:AB123456799GB"}, {"acm", "eroyal-mail:AB123456785GB"}, {"globex", "royal-mail:AB123456785GB"}} {
		require.NotEqual(t, id, RegistrationID(other[0], other[1]))
	}
}
