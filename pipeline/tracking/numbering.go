package tracking

import mathbits "math/bits" // bits are the layout's

// numbering is under which numbers a state's layout knows texts: those of the
// dictionary for good, those that the state itself has until forget. Most of
// what it takes to write a state is looking up texts, so this is a table of one
// piece with open addressing, which has no more to do than that: Go's map took
// two fifths of the time to write a state.
type numbering struct {
	slots      []numbered // a power of two, at most half of them taken
	dictionary []string
	seen       []string
	taken      []int // the slots of those seen
}

// numbered is a text with its number. Number 0 is that of no text, so it marks a
// slot that is free.
type numbered struct {
	text   string
	number int
}

// newNumbering makes one that knows the texts of a dictionary.
func newNumbering(dictionary []string) *numbering {
	n := &numbering{dictionary: dictionary}
	n.resize(1 << mathbits.Len(uint(4*len(dictionary))))
	return n
}

// find gives a text's number, 0 for one that has none.
func (n *numbering) find(text string) int { return n.slots[n.slot(text)].number }

// slot gives where a text stands, or is to stand.
func (n *numbering) slot(text string) int {
	mask := uint64(len(n.slots) - 1)
	for at := hashText(text) & mask; ; at = (at + 1) & mask {
		if s := &n.slots[at]; s.number == 0 || s.text == text {
			return int(at)
		}
	}
}

// number gives a text's number. One that has none gets the next, until forget.
func (n *numbering) number(text string) (number int, known bool) {
	at := n.slot(text)
	if number = n.slots[at].number; number != 0 {
		return number, true
	}
	return n.add(text, at), false
}

// add gives the next number to a text that has none, and is to stand there.
func (n *numbering) add(text string, at int) int {
	number := ofSeen(len(n.seen))
	n.slots[at] = numbered{text, number}
	n.seen, n.taken = append(n.seen, text), append(n.taken, at)
	if 2*(len(n.dictionary)+len(n.seen)) > len(n.slots) {
		n.resize(2 * len(n.slots))
	}
	return number
}

// addAll gives the next numbers to texts that have none.
func (n *numbering) addAll(texts []string) {
	for _, text := range texts {
		n.add(text, n.slot(text))
	}
}

// resize makes a table of so many slots: first the texts that stay.
func (n *numbering) resize(slots int) {
	n.slots = make([]numbered, slots)
	for i, text := range n.dictionary {
		n.slots[n.slot(text)] = numbered{text, ofDictionary(i)}
	}
	for i, text := range n.seen {
		n.taken[i] = n.slot(text)
		n.slots[n.taken[i]] = numbered{text, ofSeen(i)}
	}
}

// forget takes out what was added. All of it goes, so nothing that stays is
// looked for beyond a slot that has become free.
func (n *numbering) forget() {
	for _, at := range n.taken {
		n.slots[at] = numbered{}
	}
	clear(n.seen)
	n.seen, n.taken = n.seen[:0], n.taken[:0]
}

func ofDictionary(i int) int { return textFirst + 2*i }
func ofSeen(i int) int       { return textFirst + 2*i + 1 }

// hashText gives every byte of a text its part in where the text stands. It is
// the same in every process, as all is that the rules do.
func hashText(text string) uint64 {
	const odd = 0x9e3779b97f4a7c15 // 2⁶⁴ by the golden ratio
	h := uint64(len(text)) * odd
	for ; len(text) >= 8; text = text[8:] {
		h = mix(h^eight(text), odd)
	}
	var rest uint64
	for i := range len(text) {
		rest = rest<<8 | uint64(text[i])
	}
	return mix(h^rest, odd)
}

func mix(a, b uint64) uint64 {
	high, low := mathbits.Mul64(a, b)
	return high ^ low
}

// eight reads the first eight bytes; the compiler makes one load of it.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
