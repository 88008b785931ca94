package codemap

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Of a text this much is read: what a carrier says of a scan is short, and what
// is longer must not cost more.
const (
	maxWordsText = 1000 // bytes
	maxWords     = 150
)

// wordsOf splits a text into its words: lower case, without accents. All that is
// no letter or digit ends a word, and so does the step from a small to a capital
// letter (outForDelivery).
func wordsOf(text string) []string {
	var out strings.Builder
	out.Grow(min(len(text), maxWordsText) + 1)
	small := false
	for _, r := range text {
		if out.Len() >= maxWordsText {
			break
		}
		lower := unicode.ToLower(r)
		switch {
		case r >= utf8.RuneSelf && unicode.Is(unicode.Mn, r): // an accent on the letter before it
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			out.WriteByte(' ')
			small = false
		default:
			if small && lower != r {
				out.WriteByte(' ')
			}
			small = lower == r && unicode.IsLetter(r)
			if lower < utf8.RuneSelf {
				out.WriteByte(byte(lower))
			} else {
				out.WriteString(bare(lower))
			}
		}
	}
	words := strings.Fields(out.String())
	return words[:min(len(words), maxWords)]
}

// bare is a small letter without its mark, of the languages of words.yaml.
func bare(letter rune) string {
	switch letter {
	case 'ä', 'à', 'á', 'â', 'ã', 'å', 'ą':
		return "a"
	case 'ç', 'ć':
		return "c"
	case 'è', 'é', 'ê', 'ë', 'ę':
		return "e"
	case 'ì', 'í', 'î', 'ï':
		return "i"
	case 'ł':
		return "l"
	case 'ñ', 'ń':
		return "n"
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø':
		return "o"
	case 'ù', 'ú', 'û', 'ü':
		return "u"
	case 'ś':
		return "s"
	case 'ý':
		return "y"
	case 'ź', 'ż':
		return "z"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ß':
		return "ss"
	}
	return string(letter)
}
