package clickhouse

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// A parcel that many follow counts once over all tenants and once for each.
func TestTheFirstRegistrationStandsForTheParcel(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 5, 4, hour, 0, 0, 0, time.UTC) }
	for name, test := range map[string]struct {
		registrations       []schemas.RegistrationState
		ofParcel, ofTenants []string
	}{
		"none": {},
		"one":  {[]schemas.RegistrationState{{RegistrationID: "a", Tenant: "x", RegisteredAt: at(1)}}, []string{"a"}, []string{"a"}},
		"earliest, not first in the list": {[]schemas.RegistrationState{
			{RegistrationID: "a", Tenant: "x", RegisteredAt: at(2)},
			{RegistrationID: "b", Tenant: "y", RegisteredAt: at(1)},
			{RegistrationID: "c", Tenant: "x", RegisteredAt: at(3)},
		}, []string{"b"}, []string{"a", "b"}},
		"equal times": {[]schemas.RegistrationState{
			{RegistrationID: "b", Tenant: "x", RegisteredAt: at(1)},
			{RegistrationID: "a", Tenant: "x", RegisteredAt: at(1)},
		}, []string{"a"}, []string{"a"}},
		"do not track stands for nothing": {[]schemas.RegistrationState{
			{RegistrationID: "a", Tenant: "x", RegisteredAt: at(1), State: "do_not_track"},
			{RegistrationID: "b", Tenant: "y", RegisteredAt: at(2), State: "expired"},
		}, []string{"b"}, []string{"b"}},
		"nor does one that is refused, nor one that went over": {[]schemas.RegistrationState{
			{RegistrationID: "a", Tenant: "x", RegisteredAt: at(1), State: "refused"},
			{RegistrationID: "b", Tenant: "x", RegisteredAt: at(2), State: "moved"},
			{RegistrationID: "c", Tenant: "x", RegisteredAt: at(3), State: "stopped"},
		}, []string{"c"}, []string{"c"}},
	} {
		var ofParcel, ofTenants []string
		for _, r := range registrationRows(&schemas.Shipment{Registrations: test.registrations}) {
			if r.firstOfParcel {
				ofParcel = append(ofParcel, r.state.RegistrationID)
			}
			if r.firstOfTenant {
				ofTenants = append(ofTenants, r.state.RegistrationID)
			}
		}
		require.Equal(t, test.ofParcel, ofParcel, name)
		require.Equal(t, test.ofTenants, ofTenants, name)
	}
}
