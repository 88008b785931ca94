package dialects

import "time"

// isoSecond reads a time of ISO 8601 as most sources write theirs, to the second
// or finer: what its clock shows, as if that were UTC, and how far it is from UTC
// (Z or +07:00; empty: it does not say). What it does not read may be a time all
// the same: isoLayout knows more forms, and package time what is wrong.
func isoSecond(written string) (clock time.Time, offset string, ok bool) {
	const n = len(localSecond)
	if len(written) < n || written[4] != '-' || written[7] != '-' || written[10] != 'T' && written[10] != ' ' || written[13] != ':' || written[16] != ':' {
		return clock, "", false
	}
	year, month, day := decimal(written[:4]), decimal(written[5:7]), decimal(written[8:10])
	hour, minute, second := decimal(written[11:13]), decimal(written[14:16]), decimal(written[17:19])
	parts, offset, ok := fraction(written[n:])
	if !ok || min(year, month, day, hour, minute, second) < 0 || hour > 23 || minute > 59 || second > 59 {
		return clock, "", false
	}
	clock = time.Date(year, time.Month(month), day, hour, minute, second, parts, time.UTC)
	return clock, offset, clock.Day() == day && clock.Month() == time.Month(month) // else there is no such day
}

// decimal reads digits; -1: there are others than that.
func decimal(digits string) int {
	n := 0
	for i := range len(digits) {
		digit := digits[i] - '0'
		if digit > 9 {
			return -1
		}
		n = 10*n + int(digit)
	}
	return n
}

// fraction reads what stands behind the seconds: parts of one, in nanoseconds,
// and the offset.
func fraction(rest string) (parts int, offset string, ok bool) {
	if rest != "" && rest[0] == '.' {
		end := 1
		for scale := int(time.Second / 10); end < len(rest) && rest[end]-'0' <= 9; scale /= 10 {
			parts += scale * int(rest[end]-'0')
			end++
		}
		if digits := end - 1; digits == 0 || digits > 9 {
			return 0, "", false
		}
		rest = rest[end:]
	}
	if rest == "" || rest == "Z" {
		return parts, rest, true
	}
	_, ok = ahead(rest)
	return parts, rest, ok
}

// ahead says by how much an offset such as +07:00, or Z, is ahead of UTC.
func ahead(offset string) (by time.Duration, ok bool) {
	if offset == "Z" {
		return 0, true
	}
	if len(offset) != len("+07:00") || offset[0] != '+' && offset[0] != '-' || offset[3] != ':' {
		return 0, false
	}
	hours, minutes := decimal(offset[1:3]), decimal(offset[4:])
	if min(hours, minutes) < 0 || hours > 23 || minutes > 59 {
		return 0, false
	}
	by = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if offset[0] == '-' {
		by = -by
	}
	return by, true
}

// offsetOf writes an offset of whole minutes, and no offset as UTC.
func offsetOf(by time.Duration) string {
	sign, minutes := byte('+'), int(by/time.Minute)
	if minutes == 0 {
		return "UTC"
	}
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	digit := func(n int) byte { return '0' + byte(n%10) }
	return string([]byte{sign, digit(minutes / 600), digit(minutes / 60), ':', digit(minutes % 60 / 10), digit(minutes)})
}
