package dialects

import (
	"strings"
	"time"

	"waybill/schemas"
)

// The forms of UPS's days and times. Times that come with colons lose them.
const (
	upsDay    = "20060102"
	upsSecond = "20060102 150405"
	upsMinute = "20060102 1504"
)

// upsTime reads a day and a time on the clocks of the place. Newer answers say
// how far those are from GMT, or what it was there: then the instant is given.
func (r *reader) upsTime(day, clock, offset, gmt string, place *schemas.Location) (moment, error) {
	clock, gmt = strings.ReplaceAll(clock, ":", ""), strings.ReplaceAll(gmt, ":", "")
	if day == "" && strings.TrimSpace(gmt) != "" {
		return r.when(gmt+"Z", place, upsSecond+"Z07:00")
	}
	if clock == "" {
		return r.when(day, place, upsDay)
	}
	written := day + " " + clock
	if offset == "" {
		offset = upsOffset(written, gmt)
	}
	if offset != "" {
		if m, err := r.when(written+offset, place, upsSecond+"Z07:00", upsSecond+"Z0700"); err == nil {
			return m, nil
		}
	}
	return r.when(written, place, upsSecond, upsMinute)
}

// upsOffset gives the offset of a local time from the same instant in GMT, or
// nothing where they cannot be the same instant.
func upsOffset(local, gmt string) string {
	if strings.TrimSpace(gmt) == "" {
		return ""
	}
	here, err := time.Parse(upsSecond, local)
	if err != nil {
		return ""
	}
	there, err := time.Parse(upsSecond, gmt)
	if err != nil {
		return ""
	}
	const farthest = 14 * time.Hour
	ahead := here.Sub(there)
	if ahead.Abs() > farthest || ahead%(15*time.Minute) != 0 {
		return ""
	}
	return time.Time{}.In(time.FixedZone("", int(ahead.Seconds()))).Format("-07:00")
}
