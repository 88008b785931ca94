package carriers

// checkOf gives the arithmetic that the data names, or nil. It is handed
// canonical numbers that already have the form's shape.
func checkOf(name string) func(number string) bool {
	switch name {
	case "s10":
		return checkS10
	case "ups":
		return checkUPS
	}
	return nil
}

func checkS10(number string) bool {
	const serialAt, serialLen = 2, 8 // after the two service letters
	if len(number) <= serialAt+serialLen {
		return false
	}
	digit, ok := S10CheckDigit(number[serialAt : serialAt+serialLen])
	return ok && digit == number[serialAt+serialLen]
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

// checkUPS judges a UPS number of the form 1Z by its last digit: modulo 10 over
// the fifteen characters before it, every second one doubled, letters counted
// from A = 2.
func checkUPS(number string) bool {
	const first, last = 2, 17
	if len(number) != last+1 {
		return false
	}
	sum := 0
	for i := first; i < last; i++ {
		value := int(number[i] - '0')
		if number[i] >= 'A' {
			value = (int(number[i]-'A') + 2) % 10
		}
		sum += value * (1 + (i-first)%2)
	}
	return int(number[last]-'0') == (10-sum%10)%10
}
