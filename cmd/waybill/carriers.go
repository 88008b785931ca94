package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"waybill/connectors/carriers"
	"waybill/internal/knowledge"
)

type carriersCmd struct {
	Check carriersCheckCmd `cmd:"" help:"Say of tracking numbers whether they are right, and whose they could be."`
	List  carriersListCmd  `cmd:"" help:"List the carriers with their names and the forms of their numbers."`
}

type carriersCheckCmd struct {
	Carrier string   `help:"Whose numbers they should be: a carrier by any of its names, or dhl, dpd or s10 for one of several. Without it, anybody's." placeholder:"NAME"`
	Format  string   `help:"text or json (a JSON object a line)." enum:"text,json" default:"text"`
	Numbers []string `arg:"" name:"number" help:"Tracking numbers; - is standard input, one a line."`
}

func (*carriersCheckCmd) Help() string {
	return `Prints a line for each number, in their order: whether it has a published form and a right check digit, or why not, and the
carriers that it could belong to, the likeliest first. Carriers have numbers of forms that nobody published; a registration
with such a number is followed all the same (R2).

The exit code tells nothing of the numbers; it is 2 when the carrier is not known.

Examples:

    waybill carriers check 1Z5R89390357567127
    waybill carriers check --carrier royal-mail --format json "AB 1234 5678 5GB"
    cut -d, -f3 shipments.csv | waybill carriers check --format json -`
}

// checkedNumber is a line of the answer.
type checkedNumber struct {
	Number     string               `json:"number"` // as it was given
	Valid      bool                 `json:"valid"`
	Reason     string               `json:"reason"`
	Canonical  string               `json:"canonical"`
	Candidates []carriers.Candidate `json:"candidates"`
}

func (c *carriersCheckCmd) Run(g *globals) error {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	if _, known := knows.Carriers.Judge(c.Carrier, ""); !known {
		return wrongUseError{fmt.Errorf("there is no carrier %q%s; waybill carriers list has them all", c.Carrier, knows.Carriers.DidYouMean(c.Carrier))}
	}
	out := bufio.NewWriter(os.Stdout)
	for _, number := range c.Numbers {
		if number == "-" {
			err = c.checkLines(knows.Carriers, os.Stdin, out)
		} else {
			err = c.check(knows.Carriers, number, out)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// checkLines checks a number a line, and answers what is there before it waits
// for more.
func (c *carriersCheckCmd) checkLines(table *carriers.Table, from io.Reader, out *bufio.Writer) error {
	lines := bufio.NewReader(from)
	for {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading numbers from standard input: %w", err)
		}
		if err := c.check(table, line, out); err != nil {
			return err
		}
		if lines.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("printing an answer: %w", err)
			}
		}
	}
}

// maxLine is how much of a line is kept, in bytes. No number has so many.
const maxLine = 64 << 10

// readLine reads a line without its end. It is io.EOF only where nothing is left.
func readLine(from *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := from.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0, err != nil && !errors.Is(err, io.EOF):
			return "", err
		}
		return strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"), nil
	}
}

func (c *carriersCheckCmd) check(table *carriers.Table, number string, out *bufio.Writer) error {
	judged, _ := table.Judge(c.Carrier, number)
	checked := checkedNumber{number, judged.Valid, judged.Reason, judged.Canonical, table.Detect(number)}
	if c.Format == "json" {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		if err := e.Encode(&checked); err != nil {
			return fmt.Errorf("printing an answer: %w", err)
		}
		return nil
	}
	said := "valid"
	if !checked.Valid {
		said = "not valid: " + checked.Reason
	}
	names := make([]string, len(checked.Candidates))
	for i, candidate := range checked.Candidates {
		names[i] = fmt.Sprintf("%s %.2f", candidate.Carrier, candidate.Confidence)
	}
	if len(names) > 0 {
		said += "; " + strings.Join(names, ", ")
	}
	_, err := fmt.Fprintf(out, "%q %s\n", number, said)
	return err
}
