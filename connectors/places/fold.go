package places

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Letters with marks and what they are without, place by place.
const (
	marked = "àáâãäåāăąçćčďèéêëēėęěğìíîïīįıłñńňòóôõöøōőřśşšșţťțùúûüūůűųýÿźżž"
	plain  = "aaaaaaaaacccdeeeeeeeegiiiiiiilnnnoooooooorsssstttuuuuuuuuyyzzz"
)

// appendFolded appends a name as the tables have it: small letters without
// marks, one blank between words, without "the" and "and".
func appendFolded(to []byte, name string) []byte {
	start, word, short := len(to), len(to), len(name) <= len("AND")
	for _, r := range name {
		if r < utf8.RuneSelf {
			c := byte(r)
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
				to = append(to, c)
				continue
			}
		} else if unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) {
			to = appendLetter(to, unicode.ToLower(r))
			continue
		}
		to = endWord(to, word, short)
		word = len(to)
	}
	to = endWord(to, word, short)
	if len(to) > start && to[len(to)-1] == ' ' {
		to = to[:len(to)-1]
	}
	return to
}

// appendLetter appends a letter beyond ASCII.
func appendLetter(to []byte, r rune) []byte {
	switch {
	case r == 'ß':
		return append(to, "ss"...)
	case r == 'æ':
		return append(to, "ae"...)
	case r == 'œ':
		return append(to, "oe"...)
	case unicode.Is(unicode.Mn, r): // a mark of its own
		return to
	}
	if i := strings.IndexRune(marked, r); i >= 0 {
		return append(to, plain[utf8.RuneCountInString(marked[:i])])
	}
	return utf8.AppendRune(to, r)
}

// endWord ends the word that begins at word: with a blank, or by leaving out one
// that says nothing. A short name may be a code, of which AND is one.
func endWord(to []byte, word int, short bool) []byte {
	switch said := string(to[word:]); {
	case said == "":
		return to
	case !short && (said == "the" || said == "and"):
		return to[:word]
	}
	return append(to, ' ')
}
