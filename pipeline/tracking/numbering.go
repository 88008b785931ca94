package tracking

import mathbits "math/bits" // bits are the layout's

// numbering is under which numbers a state's layout knows texts: those of the
// dictionary for good, those that the state itself has until forget. Most of
// what it takes to write a state is looking up texts, so this is a table of one
// piece with open addressing, which has no more to do than that: Go's map took
// two fifths of the time to write a state.
//
// What a history that is copied has numbers for already is taken over as a list
// (inherit) and looked through, by hashes that lie side by side, for the few texts
// that come behind it: the texts themselves lie scattered, and in no cache.
type numbering struct {
	slots      []numbered // a power of two, at most half of them taken
	dictionary []string
	seen       []string
	hashes     []uint32 // of those seen
	inherited  span     // of them, those that need no slot
	taken      []int    // slots of the others
}

// span is a part of a list: from its first item to before another.
type span struct{ from, to int }

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
func (n *numbering) find(text string) int {
	hash := hashText(text)
	if number := n.slots[n.slot(text, hash)].number; number != 0 {
		return number
	}
	return n.findInherited(text, hash)
}

// slot gives where a text of that hash stands, or is to stand.
func (n *numbering) slot(text string, hash uint64) int {
	mask := uint64(len(n.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		if s := &n.slots[at]; s.number == 0 || s.text == text {
			return int(at)
		}
	}
}

func (n *numbering) findInherited(text string, hash uint64) int {
	for i, h := range n.hashes[n.inherited.from:n.inherited.to] {
		if at := n.inherited.from + i; h == uint32(hash) && n.seen[at] == text {
			return ofSeen(at)
		}
	}
	return 0
}

// number gives a text's number. One that has none gets the next, until forget.
func (n *numbering) number(text string) (number int, known bool) {
	hash := hashText(text)
	at := n.slot(text, hash)
	if number = n.slots[at].number; number != 0 {
		return number, true
	}
	if number = n.findInherited(text, hash); number != 0 {
		return number, true
	}
	number = ofSeen(len(n.seen))
	n.slots[at] = numbered{text, number}
	n.seen, n.hashes, n.taken = append(n.seen, text), append(n.hashes, uint32(hash)), append(n.taken, at)
	if 2*(len(n.dictionary)+len(n.taken)) > len(n.slots) {
		n.resize(2 * len(n.slots))
	}
	return number, false
}

// inherit gives the next numbers to texts that have none, with their hashes. What
// came between the first that are inherited and the last is looked through, too.
func (n *numbering) inherit(texts []string, hashes []uint32) {
	if n.inherited.to == 0 {
		n.inherited.from = len(n.seen)
	}
	n.seen, n.hashes = append(n.seen, texts...), append(n.hashes, hashes...)
	n.inherited.to = len(n.seen)
}

// resize makes a table of so many slots: first the texts that stay.
func (n *numbering) resize(slots int) {
	n.slots, n.taken = make([]numbered, slots), n.taken[:0]
	put := func(text string, number int) (at int) {
		at = n.slot(text, hashText(text))
		n.slots[at] = numbered{text, number}
		return at
	}
	for i, text := range n.dictionary {
		put(text, ofDictionary(i))
	}
	for i, text := range n.seen {
		if i < n.inherited.from || n.inherited.to <= i {
			n.taken = append(n.taken, put(text, ofSeen(i)))
		}
	}
}

// forget takes out what was added. All of it goes, so nothing that stays is
// looked for beyond a slot that has become free.
func (n *numbering) forget() {
	for _, at := range n.taken {
		n.slots[at] = numbered{}
	}
	clear(n.seen)
	n.seen, n.hashes, n.taken, n.inherited = n.seen[:0], n.hashes[:0], n.taken[:0], span{}
}

func ofDictionary(i int) int { return textFirst + 2*i }
func ofSeen(i int) int       { return textFirst + 2*i + 1 }

// hashText gives every byte of a text its part in where the text stands. It is
// the same in every process, as all is that the rules do.
func hashText(text string) uint64 {
	const odd = 0x9e3779b97f4a7c15 // 2⁶⁴ by the golden ratio
	h := uint64(len(text)) * odd
	for ; len(text) > 8; text = text[8:] {
		h = mix(h^eight(text), odd)
	}
	var rest uint64
	switch last := len(text) - 1; { // pieces that overlap leave no byte out
	case last == 7:
		rest = eight(text)
	case last >= 3:
		rest = four(text) | four(text[last-3:])<<32
	case last >= 0:
		rest = uint64(text[0]) | uint64(text[last/2])<<8 | uint64(text[last])<<16
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

func four(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
