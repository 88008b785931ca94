package listing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Limits of a page, in rows.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// InputError says what is wrong with a question. It is the asker's to mend.
type InputError struct {
	// Field is what is wrong, by its name in the API, for example after.
	Field, Problem string
}

func (e *InputError) Error() string { return e.Field + ": " + e.Problem }

// Tenant refuses a question that is of no tenant, with an *InputError.
func Tenant(tenant string) error {
	if tenant == "" {
		return &InputError{"tenant", "it is empty; each question is of one tenant"}
	}
	return nil
}

// Limit gives how many rows a page has at most: as many as were asked for, or
// DefaultLimit where that is 0. The error is an *InputError.
func Limit(asked int) (int, error) {
	switch {
	case asked == 0:
		return DefaultLimit, nil
	case asked < 0 || asked > MaxLimit:
		return 0, &InputError{"limit", fmt.Sprintf("it is %d; a page has 1 to %d", asked, MaxLimit)}
	}
	return asked, nil
}

// OneOf refuses what is neither empty nor one of the known, with an *InputError.
func OneOf(field, given string, known []string) error {
	if given == "" || slices.Contains(known, given) {
		return nil
	}
	return &InputError{field, fmt.Sprintf("it is %.40q; it is one of %s", given, strings.Join(known, ", "))}
}

// Span gives the two ends of a time span as the parameters since and until; a
// zero time is no end. What lies at until is not in it.
func Span(since, until time.Time) []any {
	if since.IsZero() {
		since = time.UnixMilli(0)
	}
	if until.IsZero() {
		until = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return []any{
		clickhouse.DateNamed("since", since, clickhouse.MilliSeconds), clickhouse.DateNamed("until", until, clickhouse.MilliSeconds),
	}
}
