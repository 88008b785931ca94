package shipmentlog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

func TestUsage(t *testing.T) {
	b := newBed(t)
	unit := func(tenant, id, carrier string, used time.Time) schemas.Usage {
		return schemas.Usage{Tenant: tenant, RegistrationID: id, Carrier: carrier, TrackingNumber: id, Epoch: used, UsedAt: used}
	}
	june := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	units := []schemas.Usage{
		unit("shop", "1", "alpha", noon(1)), unit("shop", "2", "beta", noon(31)), unit("shop", "3", "beta", june.Add(-time.Millisecond)),
		unit("shop", "4", "alpha", june), unit("other", "5", "alpha", noon(2)), unit("shop", "6", "alpha", june.AddDate(0, 1, 0)),
	}
	load(t, b, schemas.TopicUsage, b.codecs.Usage, units...)
	load(t, b, schemas.TopicUsage, b.codecs.Usage, units...) // again, as after a crash
	used, err := b.log.Usage(t.Context(), "shop", noon(1), june.AddDate(0, 1, 0))
	require.NoError(t, err)
	require.Equal(t, []Usage{{"2026-06", "alpha", 1}, {"2026-05", "beta", 2}, {"2026-05", "alpha", 1}}, used)
	none, err := b.log.Usage(t.Context(), "third", noon(1), june)
	require.NoError(t, err)
	require.Equal(t, []Usage{}, none)
	_, err = b.log.Usage(t.Context(), "", noon(1), june)
	require.ErrorContains(t, err, "tenant: it is empty")
}
