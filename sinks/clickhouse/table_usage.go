package clickhouse

import (
	"time"

	"waybill/schemas"
)

// usageTable holds one row for each unit of use.
func usageTable() *table[schemas.Usage] {
	return &table[schemas.Usage]{name: "usage", columns: append([]column[schemas.Usage]{
		plain("tenant", func(u *schemas.Usage) string { return u.Tenant }),
		plain("registration_id", func(u *schemas.Usage) string { return u.RegistrationID }),
		plain("carrier", func(u *schemas.Usage) string { return u.Carrier }),
		plain("tracking_number", func(u *schemas.Usage) string { return u.TrackingNumber }),
		instant("epoch", func(u *schemas.Usage) time.Time { return u.Epoch }),
		instant("used_at", func(u *schemas.Usage) time.Time { return u.UsedAt }),
	}, versioned(one[schemas.Usage], never)...)}
}
