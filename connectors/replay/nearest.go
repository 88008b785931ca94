package replay

import "strings"

// didYouMean names the candidate that is nearest to a misspelt word, as a
// remark to follow it, or nothing when none is near: two characters in five may
// differ.
func didYouMean(word string, candidates []string) string {
	best, distance := "", len([]rune(word))*2/5+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// editDistance counts the insertions, deletions and replacements of a
// character that lead from a to b.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	above := make([]int, len(t)+1)
	for j := range above {
		above[j] = j
	}
	for i := range s {
		here := make([]int, len(t)+1)
		here[0] = i + 1
		for j := range t {
			replace := above[j]
			if s[i] != t[j] {
				replace++
			}
			here[j+1] = min(replace, above[j+1]+1, here[j]+1)
		}
		above = here
	}
	return above[len(t)]
}
