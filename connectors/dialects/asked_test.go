package dialects_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// Who asked about a parcel gets the answer under the number that was asked
// about, where it is one of the parcel's.
func TestNumberAskedAbout(t *testing.T) {
	const (
		piece   = `{"mailPieces":{"mailPieceId":"090367574000000FE1E1B","summary":{"oneDBarcode":"AB123456785GB"},"events":[{"eventCode":"EVKSP","eventDateTime":"2026-05-04T10:00:00+01:00"}]}}`
		problem = `{"status":404,"title":"No result found","instance":"/shipment/8264715546"}`
		unit    = `{"parcels":[{"requested":"747N6K","unitno":"93835330599","events":[{"code":"2.0","eventDateTime":"2026-05-01T15:11:12+0200"}]}]}`
	)
	for _, c := range []struct{ dialect, payload, asked, number string }{
		{"royal-mail", piece, "", "AB123456785GB"},
		{"royal-mail", piece, "ab123456785gb", "ab123456785gb"},
		{"royal-mail", piece, "090367574000000FE1E1B", "090367574000000FE1E1B"},
		{"royal-mail", piece, "AB123456799GB", "AB123456785GB"},
		{"dhl-universal", problem, "", "8264715546"},
		{"dhl-universal", problem, "1234567891", "1234567891"},
		{"gls", unit, "", "93835330599"},
		{"gls", unit, "747n6k", "747n6k"},
		{"gls", unit, "93835330599", "93835330599"},
	} {
		o := options(t)
		o.Number = c.asked
		reading, err := dialects.Parse(c.dialect, []byte(c.payload), o)
		require.NoError(t, err)
		for _, e := range reading.Events {
			require.Equal(t, c.number, e.TrackingNumber, c.asked)
		}
		for _, f := range reading.Failures {
			require.Equal(t, c.number, f.TrackingNumber, c.asked)
		}
		require.Equal(t, 1, len(reading.Events)+len(reading.Failures))
	}
}
