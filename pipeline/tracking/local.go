package tracking

import "time"

// Forms of a local time.
const (
	localNone     = iota
	localDateTime // 2006-01-02T15:04:05
	localDate     // 2006-01-02
	localLiteral  // anything else, as it came
)

const (
	localLayout = "2006-01-02T15:04:05"
	dateLayout  = "2006-01-02"
)

// maxShift is the largest distance from UTC that a localTime writes as a
// number, in seconds.
const maxShift = 48 * 3600

// localTime is a time in local form. Most are an instant and a distance from
// it, which is small in state.
type localTime struct {
	form    uint8
	shift   int32 // seconds from the instant
	literal string
}

func newLocalTime(text string, instant int64) localTime {
	form, at, ok := uint8(localLiteral), time.Time{}, false
	switch len(text) {
	case 0:
		return localTime{}
	case len(localLayout):
		form = localDateTime
		at, ok = parseLocal(text)
	case len(dateLayout):
		form = localDate
		at, ok = parseDay(text)
	}
	shift := at.Unix() - floorSecond(instant)
	if !ok || shift < -maxShift || shift > maxShift {
		return localTime{form: localLiteral, literal: text}
	}
	return localTime{form: form, shift: int32(shift)}
}

// write gives the local time back as it came.
func (l *localTime) write(instant int64) string {
	if l.form == localNone || l.form == localLiteral {
		return l.literal
	}
	return string(l.append(nil, instant))
}

func (l *localTime) append(dst []byte, instant int64) []byte {
	at := time.Unix(floorSecond(instant)+int64(l.shift), 0).UTC()
	switch l.form {
	case localDateTime:
		return appendLocal(dst, at)
	case localDate:
		return appendDay(dst, at)
	}
	return append(dst, l.literal...)
}

func floorSecond(ms int64) int64 { return time.UnixMilli(ms).Unix() }

// parseLocal reads a local time as if it were one of UTC.
func parseLocal(text string) (at time.Time, ok bool) {
	if len(text) != len(localLayout) || text[10] != 'T' || text[13] != ':' || text[16] != ':' {
		return time.Time{}, false
	}
	at, ok = parseDay(text[:len(dateLayout)])
	hour, minute, second := digits(text[11:13]), digits(text[14:16]), digits(text[17:])
	if !ok || uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 {
		return time.Time{}, false
	}
	return at.Add(time.Duration(hour*3600+minute*60+second) * time.Second), true
}

// parseDay reads a day. A state has some, and they are read each time that it is
// written, so this does without the library's layouts.
func parseDay(text string) (at time.Time, ok bool) {
	if len(text) != len(dateLayout) || text[4] != '-' || text[7] != '-' { // most often there is none
		return time.Time{}, false
	}
	year, month, day := digits(text[:4]), digits(text[5:7]), digits(text[8:])
	if year < 0 || month < 1 || month > 12 || day < 1 {
		return time.Time{}, false
	}
	at = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if at.Day() != day { // the month has fewer
		return time.Time{}, false
	}
	return at, true
}

// digits reads a number of up to four decimal digits; anything else is negative.
func digits(text string) int {
	n := 0
	for i := range len(text) {
		c := text[i]
		if c < '0' || '9' < c {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// The library writes RFC 3339 many times faster than a layout of ours, so local
// times and days are made of that.

func appendLocal(dst []byte, at time.Time) []byte {
	dst = at.UTC().AppendFormat(dst, time.RFC3339)
	return dst[:len(dst)-len("Z")]
}

func appendDay(dst []byte, at time.Time) []byte {
	dst = at.UTC().AppendFormat(dst, time.RFC3339)
	return dst[:len(dst)-len("T00:00:00Z")]
}
