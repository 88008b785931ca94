package riskscore

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
)

var rewrite = flag.Bool("rewrite", false, "write the figures of docs/at-risk.md anew")

const page = "../../docs/at-risk.md"

// The figures of docs/at-risk.md are those of the command. They lie between
// comments that name the map.
func TestFiguresOfThePage(t *testing.T) {
	for name, file := range map[string]string{
		"olist": "../../../shared/data/timelines/olist_orders_dev.csv.gz",
		"scms":  "../../connectors/replay/data/scms_shipments.csv.gz",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat(file); err != nil {
				t.Skipf("the data set is not there: %v", err)
			}
			o := options(t, nil)
			columns, err := replay.LoadMap(name)
			require.NoError(t, err)
			table, err := replay.Load(replay.LoadOptions{Map: columns, Carriers: carriersOf(t), Codecs: o.Rules.Codecs}, replay.Files([]string{file}, nil)...)
			require.NoError(t, err)
			o.Records = table.Records
			result, err := Run(t.Context(), o)
			require.NoError(t, err)
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			place := regexp.MustCompile(`(?s)(<!-- figures of ` + name + ` -->\n).*?(<!-- end -->)`)
			require.True(t, place.Match(text), "%s has no place for %s", page, name)
			want := place.ReplaceAllString(string(text), "${1}"+figures(result)+"${2}")
			if *rewrite {
				require.NoError(t, os.WriteFile(page, []byte(want), 0o600))
				return
			}
			require.Equal(t, want, string(text), "run `go test ./internal/riskscore -run Figures -rewrite`")
		})
	}
}

func figures(r *Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d parcels registered before %s were learned from and gave %d rows of baselines. Of the %d after it %d came late; %d more\nwere left out, because their window ends before their promised day does.\n\n",
		r.Learned, r.Split.UTC().Format("2 January 2006"), r.Rows, r.Judged, r.Late, r.Unfollowed)
	fmt.Fprintf(&b, "| days ahead | open | late | `at_risk` warned | precision | recall | `eta_moved` warned | precision | recall | `silent_48h` warned | precision | recall |\n|%s\n", strings.Repeat(" --- |", 12))
	for _, h := range r.Horizons {
		fmt.Fprintf(&b, "| %d | %d | %d |", h.Days, h.Open, h.Late)
		for _, rule := range Names() {
			t := h.Rules[rule]
			fmt.Fprintf(&b, " %d | %s | %s |", t.Warned, percent(t.Precision), percent(t.Recall))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func percent(share *float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", *share*100)
}
