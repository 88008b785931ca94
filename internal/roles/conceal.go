package roles

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// concealed stands in an answer where a secret was.
const concealed = "…"

// minConcealedBytes is the size from which on a text is looked for: a shorter
// one is found by chance.
const minConcealedBytes = 6

// conceal takes secrets out of an answer, for some receivers repeat what they
// were sent. The end of the answer may have been cut off within one.
func conceal(answer string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) < minConcealedBytes {
			continue
		}
		answer = strings.ReplaceAll(answer, secret, concealed)
		for n := len(secret) - 1; n >= minConcealedBytes; n-- {
			if cut, ok := strings.CutSuffix(answer, secret[:n]); ok {
				answer = cut + concealed
				break
			}
		}
	}
	return answer
}

// credentials gives what of a secret's text a receiver may repeat: all of it, the
// words after the first, as in "Bearer token", and what "Basic" stands before. The
// longest come first, so that nothing is left of them.
func credentials(text string) []string {
	words := strings.Fields(text)
	all := []string{text}
	if len(words) > 1 {
		all = append(all, words[1:]...) // the first says what follows
	}
	if len(words) == 2 && strings.EqualFold(words[0], "Basic") {
		if plain, err := base64.StdEncoding.DecodeString(words[1]); err == nil {
			_, password, _ := strings.Cut(string(plain), ":")
			all = append(all, string(plain), password)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

// queryValues gives the values in a URL's query, as they are written there and as
// they are meant: some receivers are let in by one of them.
func queryValues(text string) []string {
	u, err := url.Parse(text)
	if err != nil {
		return nil // such a URL is called by nobody
	}
	var all []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		_, written, _ := strings.Cut(part, "=")
		if written == "" {
			continue
		}
		all = append(all, written)
		if meant, err := url.QueryUnescape(written); err == nil && meant != written {
			all = append(all, meant)
		}
	}
	return all
}
