package tracking

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A numbering is a map from texts to numbers, whatever comes and is forgotten.
func TestNumberingIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dictionary := rapid.SliceOfNDistinct(rapid.StringN(1, 20, -1), 1, 9, rapid.ID).Draw(t, "dictionary")
		n := newNumbering(dictionary)
		texts := rapid.OneOf(rapid.StringN(1, 20, -1), rapid.SampledFrom(dictionary), rapid.Map(rapid.IntRange(1, 40), func(n int) string { return strings.Repeat("a", n) }))
		for range rapid.IntRange(1, 4).Draw(t, "states") {
			model := map[string]int{}
			for i, text := range dictionary {
				model[text] = ofDictionary(i)
			}
			texts, inherits := texts, rapid.SliceOfN(rapid.IntRange(0, 80), 0, 2).Draw(t, "texts before those that are inherited")
			for i := range rapid.IntRange(0, 80).Draw(t, "texts") {
				if slices.Contains(inherits, i) {
					if inherited := inherit(t, n, model, len(dictionary)); len(inherited) > 0 {
						texts = rapid.OneOf(texts, rapid.SampledFrom(inherited))
					}
				}
				text := texts.Draw(t, "text")
				before := model[text]
				if before == 0 {
					model[text] = ofSeen(len(model) - len(dictionary))
				}
				number, known := n.number(text)
				require.Equal(t, model[text], number)
				require.Equal(t, before != 0, known)
			}
			for text, number := range model {
				require.Equal(t, number, n.find(text))
			}
			n.forget()
		}
	})
}

// inherit has a numbering take over texts that it has not seen.
func inherit(t *rapid.T, n *numbering, model map[string]int, dictionary int) []string {
	inherited := rapid.SliceOfNDistinct(rapid.StringN(1, 20, -1), 0, 40, rapid.ID).Draw(t, "inherited")
	inherited = slices.DeleteFunc(inherited, func(text string) bool { return model[text] != 0 })
	hashes := make([]uint32, len(inherited))
	for i, text := range inherited {
		hashes[i] = uint32(hashText(text))
		model[text] = ofSeen(len(model) - dictionary)
	}
	n.inherit(inherited, hashes)
	return inherited
}
