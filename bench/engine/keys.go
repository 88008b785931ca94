package engine

import (
	"math/rand/v2"
	"strconv"
)

// shops is among how many senders the keys are spread. Each of them numbers
// its parcels in order, so that new keys lie beside each other in as many
// places.
const shops = 1000

// appendKey appends the name of a key, 16 bytes; the higher the number, the
// newer.
func appendKey(dst []byte, number int) []byte {
	dst = append(dst, "shop"...)
	dst = appendPadded(dst, number%shops, 3)
	dst = append(dst, ':')
	return appendPadded(dst, number/shops, 8)
}

func appendPadded(dst []byte, n, width int) []byte {
	text := strconv.Itoa(n)
	for range width - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// access is which keys records are for, among as many as there are.
type access string

const (
	uniform access = "uniform"
	// newest: nine of ten records are for the newest tenth of the keys.
	newest access = "newest tenth"
)

// pick draws the number of a key.
func (a access) pick(random *rand.Rand, keys int) int {
	if a == newest && random.IntN(10) > 0 {
		return keys - 1 - random.IntN(max(1, keys/10))
	}
	return random.IntN(keys)
}
