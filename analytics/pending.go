package analytics

import (
	"context"
	"errors"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Codes of ClickHouse for what is not there.
const (
	unknownTable    = 60
	unknownDatabase = 81
)

// Pending returns the names of the migrations that the database lacks, all of
// them where there is no such database, in the order in which Migrate would
// apply them. It changes nothing. An error that is a *clickhouse.Exception is
// the server's answer; with any other it was not reached.
func Pending(ctx context.Context, options *clickhouse.Options) ([]string, error) {
	all, err := migrations()
	if err != nil {
		return nil, err
	}
	conn, err := OpenServer(options)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	known, err := appliedChecksums(ctx, conn, options.Auth.Database)
	if answer, ok := errors.AsType[*clickhouse.Exception](err); ok && (answer.Code == unknownTable || answer.Code == unknownDatabase) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	var pending []string
	for _, m := range all {
		if _, ok := known[m.name]; !ok {
			pending = append(pending, m.name)
		}
	}
	return pending, nil
}
