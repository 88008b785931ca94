package carriers

import (
	"errors"
	"fmt"
	"strings"
)

// arithmetic gives the check character of a serial number, which has digits and
// capital letters only.
type arithmetic func(serial string) byte

// weightedSum is the published name of a check digit that is a weighted sum.
const weightedSum = "sum_product_with_weightings_and_modulo"

// alphabet36 are the characters of mod_37_36 by their value.
const alphabet36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// newArithmetic gives the arithmetic that a form names, under the names of the
// published definitions, or nil where the form has no check digit.
func newArithmetic(e *formEntry) (arithmetic, error) {
	weighted := len(e.Weights) > 0
	if (weighted || len(e.Moduli) > 0) && e.Check != weightedSum || (e.Evens != 0 || e.Odds != 0 || e.Reverse) && e.Check != "mod10" {
		return nil, fmt.Errorf("the check digit arithmetic %q takes no evens, odds, reverse, weights or moduli that stand here", e.Check)
	}
	switch e.Check {
	case "":
		return nil, nil
	case "mod7":
		return mod7, nil
	case "mod10":
		if e.Evens < 1 || e.Odds < 1 {
			return nil, errors.New("mod10 needs evens and odds, what the digits at those places count")
		}
		return mod10(e.Evens, e.Odds, e.Reverse), nil
	case "luhn":
		return luhn, nil
	case "s10":
		return s10, nil
	case "mod_37_36":
		return mod3736, nil
	case weightedSum:
		if !weighted || len(e.Moduli) != 2 || e.Moduli[0] < 1 || e.Moduli[1] < 1 || e.Moduli[1] > 10 {
			return nil, errors.New(weightedSum + " needs weights and two moduli, the second up to 10")
		}
		return sumProduct(e.Weights, e.Moduli[0], e.Moduli[1]), nil
	}
	return nil, fmt.Errorf("there is no check digit arithmetic %q", e.Check)
}

// mod7 is the serial as one number, modulo 7.
func mod7(serial string) byte {
	rest := 0
	for i := range len(serial) {
		rest = (rest*10 + digitOf(serial[i])) % 7
	}
	return byte('0' + rest)
}

// mod10 is what the weighted sum lacks to a multiple of ten. Places are counted
// from 0, or with reverse from the end; letters count from A = 2, modulo 10.
func mod10(evens, odds int, reverse bool) arithmetic {
	return func(serial string) byte {
		sum := 0
		for i := range len(serial) {
			at, weight := i, evens
			if reverse {
				at = len(serial) - 1 - i
			}
			if i%2 == 1 {
				weight = odds
			}
			sum += weight * digitOf(serial[at])
		}
		return byte('0' + (10-sum%10)%10)
	}
}

// luhn doubles every second digit from the end, the last one first, and counts
// the digits of what comes out.
func luhn(serial string) byte {
	sum := 0
	for i := range len(serial) {
		value := digitOf(serial[len(serial)-1-i])
		if i%2 == 0 {
			if value *= 2; value > 9 {
				value -= 9
			}
		}
		sum += value
	}
	return byte('0' + (10-sum%10)%10)
}

// sumProduct is the weighted sum modulo the first, modulo the second.
func sumProduct(weights []int, first, second int) arithmetic {
	return func(serial string) byte {
		sum := 0
		for i := range min(len(serial), len(weights)) {
			sum += weights[i] * digitOf(serial[i])
		}
		return byte('0' + sum%first%second)
	}
}

// mod3736 is the arithmetic of ISO 7064, MOD 37,36, over digits and letters.
func mod3736(serial string) byte {
	const mod = 36
	rest := mod
	for i := range len(serial) {
		if rest += strings.IndexByte(alphabet36, serial[i]); rest > mod {
			rest -= mod
		}
		if rest *= 2; rest > mod {
			rest -= mod + 1
		}
	}
	return alphabet36[(mod+1-rest)%mod]
}

// s10 is standard S10 of the Universal Postal Union.
func s10(serial string) byte {
	digit, _ := S10CheckDigit(serial)
	return digit
}

// S10CheckDigit gives the check digit of the eight digits of a serial number
// by the Universal Postal Union's standard S10: modulo 11, weights 8 6 4 2 3 5
// 9 7. It says false when serial is not eight digits.
func S10CheckDigit(serial string) (digit byte, ok bool) {
	weights := [...]int{8, 6, 4, 2, 3, 5, 9, 7}
	if len(serial) != len(weights) {
		return 0, false
	}
	sum := 0
	for i, w := range weights {
		if serial[i] < '0' || serial[i] > '9' {
			return 0, false
		}
		sum += w * int(serial[i]-'0')
	}
	switch c := 11 - sum%11; c {
	case 10:
		return '0', true
	case 11:
		return '5', true
	default:
		return byte('0' + c), true
	}
}

// digitOf is the value of a digit, and of a letter counted from A = 2, modulo 10.
func digitOf(c byte) int {
	if c >= 'A' {
		return int(c-'A'+2) % 10
	}
	return int(c - '0')
}
