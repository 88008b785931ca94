package schemas

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxKeyPart bounds a carrier slug and a tracking number, in bytes.
const maxKeyPart = 100

// CanonicalCarrier gives a carrier's slug: lower case, blanks and underscores
// as dashes.
func CanonicalCarrier(carrier string) string {
	if plainCarrier(carrier) {
		return carrier
	}
	fold := func(r rune) rune {
		if unicode.IsSpace(r) || r == '_' {
			return '-'
		}
		return unicode.ToLower(r)
	}
	return strings.Map(fold, strings.TrimSpace(carrier))
}

// CanonicalNumber gives a tracking number in the form that keys use: upper
// case, blanks and dashes removed.
func CanonicalNumber(number string) string {
	if plainNumber(number) {
		return number
	}
	fold := func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}
	return strings.Map(fold, number)
}

// plainCarrier tells whether a carrier has nothing but small ASCII letters, digits
// and dashes, as nearly all have that come in: it is in its canonical form then.
func plainCarrier(carrier string) bool {
	for i := range len(carrier) {
		if c := carrier[i]; (c < 'a' || 'z' < c) && (c < '0' || '9' < c) && c != '-' {
			return false
		}
	}
	return true
}

// plainNumber tells the same of a tracking number: capital ASCII letters and digits.
func plainNumber(number string) bool {
	for i := range len(number) {
		if c := number[i]; (c < 'A' || 'Z' < c) && (c < '0' || '9' < c) {
			return false
		}
	}
	return true
}

// ShipmentKey gives the key of a shipment's records, <carrier>:<number>, from
// any spelling of the two.
func ShipmentKey(carrier, number string) (string, error) {
	carrier, number = CanonicalCarrier(carrier), CanonicalNumber(number)
	if err := checkKey(carrier, number); err != nil {
		return "", err
	}
	return carrier + ":" + number, nil
}

// AppendShipmentKey appends what ShipmentKey gives to dst. On an error it
// returns dst as it was.
func AppendShipmentKey(dst []byte, carrier, number string) ([]byte, error) {
	carrier, number = CanonicalCarrier(carrier), CanonicalNumber(number)
	if err := checkKey(carrier, number); err != nil {
		return dst, err
	}
	return append(append(append(dst, carrier...), ':'), number...), nil
}

// checkKey tells what stands against a key of a carrier and a number, which are
// in canonical form.
func checkKey(carrier, number string) error {
	switch {
	case carrier == "":
		return errors.New("making a shipment key: the carrier is empty")
	case number == "":
		return errors.New("making a shipment key: the tracking number is empty")
	case strings.Contains(carrier, ":") || strings.Contains(carrier, "/"):
		return fmt.Errorf("making a shipment key: the carrier %q holds a colon or a slash", carrier)
	case len(carrier) > maxKeyPart || len(number) > maxKeyPart:
		return fmt.Errorf("making a shipment key: carrier and tracking number may have %d bytes each", maxKeyPart)
	case plainCarrier(carrier) && plainNumber(number):
		return nil
	case !keyText(carrier) || !keyText(number):
		return errors.New("making a shipment key: carrier or tracking number holds a control character or is no UTF-8")
	}
	return nil
}

func keyText(s string) bool { return !strings.ContainsFunc(s, unicode.IsControl) && validText(s) }

func validText(s string) bool { return !strings.ContainsRune(s, unicode.ReplacementChar) }

// RegistrationID gives the id of the first registration that a tenant has of a
// parcel, from the parcel's ShipmentKey: who registers knows it without having
// to ask. Registering again while that is followed changes it and gives it no
// other id (R6); one that begins a new window gets another.
func RegistrationID(tenant, shipmentKey string) string {
	h := sha256.New()
	for _, part := range []string{"registration", tenant, shipmentKey} {
		sum := sha256.Sum256([]byte(part)) // so that no part can be taken for the end of another
		h.Write(sum[:])
	}
	const bytesOfID = 16
	return hex.EncodeToString(h.Sum(nil)[:bytesOfID])
}

// EpochKey gives the key of one life of a shipment, <carrier>:<number>:<epoch
// in milliseconds>, for the topic shipments.
func EpochKey(shipmentKey string, epoch time.Time) string {
	return string(AppendEpochKey(nil, shipmentKey, epoch))
}

// AppendEpochKey appends what EpochKey gives to dst.
func AppendEpochKey(dst []byte, shipmentKey string, epoch time.Time) []byte {
	return strconv.AppendInt(append(append(dst, shipmentKey...), ':'), epoch.UnixMilli(), 10)
}

// NoticesKey stands in the place of the shipment's key in those of webhooks
// about an endpoint (W8), which are about no shipment.
const NoticesKey = "notices"

// JobKey gives the key of a webhook's records.
func JobKey(endpointID, shipmentKey string) string { return endpointID + "/" + shipmentKey }
