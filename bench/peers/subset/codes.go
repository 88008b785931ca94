package subset

import (
	"fmt"
	"strings"

	"waybill/schemas/status"
)

// Table writes the status model for a peer, in lines of fields with tabs between:
// "status", name and code to fall back on; then "code", name, number of its
// status (the first is 0), rank, whether it may become the present (1) or never
// does (0), and for each status whether it may give way to the code.
func Table(m *status.Model) string {
	var text strings.Builder
	number := map[*status.Status]int{}
	for i, s := range m.Statuses() {
		number[s] = i
		fmt.Fprintf(&text, "status\t%s\t%s\n", s.Name, s.Fallback.Name)
	}
	for _, c := range m.Codes() {
		fmt.Fprintf(&text, "code\t%s\t%d\t%d\t%s\t", c.Name, number[c.Status], c.Status.Rank, digit(!c.DataOnly && !c.Status.OfRegistration))
		for _, s := range m.Statuses() {
			text.WriteString(digit(c.Name != status.CodeUnmapped && s.MayBecome(c)))
		}
		text.WriteString("\n")
	}
	return text.String()
}

func digit(is bool) string {
	if is {
		return "1"
	}
	return "0"
}
