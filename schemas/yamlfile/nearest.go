package yamlfile

import (
	"strings"

	"github.com/agext/levenshtein"
)

// DidYouMean names the candidate that is nearest to a misspelt word, as a
// remark to follow it, or nothing when none is near: two characters in five may
// differ.
func DidYouMean(word string, candidates []string) string {
	best, distance := "", len([]rune(word))*2/5+1
	for _, c := range candidates {
		if d := levenshtein.Distance(strings.ToLower(word), strings.ToLower(c), nil); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}
