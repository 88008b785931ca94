package main

import (
	"errors"
	"fmt"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waybill/internal/config"
	"waybill/internal/kafkaclient"
)

// Codes of ClickHouse's errors.
const (
	chQuotaExceeded  = 201
	chAccessDenied   = 497
	chWrongUser      = 193
	chUnknownUser    = 192
	chAuthentication = 516
)

// advise adds to an error of a command what to do about it, where Kafka or
// ClickHouse refused it.
func advise(err error, s *config.Settings) error {
	if err == nil {
		return nil
	}
	if advice := adviceOf(err, s); advice != "" {
		return fmt.Errorf("%w (%s)", err, advice)
	}
	return err
}

// adviceOf is what to do about an error, empty where that is not known.
func adviceOf(err error, s *config.Settings) string {
	if exception, ok := errors.AsType[*ch.Exception](err); ok {
		return adviseClickHouse(exception.Code, s)
	}
	return kafkaclient.Advise(err, s.Kafka)
}

// adviseClickHouse says what to do about a refusal of ClickHouse, empty where it
// does not know.
func adviseClickHouse(code int32, s *config.Settings) string {
	switch code {
	case chAuthentication, chWrongUser, chUnknownUser:
		return fmt.Sprintf("ClickHouse does not know user %q with this password, or not from this address: mend --clickhouse-user or --clickhouse-password", s.ClickHouse.User)
	case chAccessDenied:
		return fmt.Sprintf("user %q of ClickHouse lacks the right that it names; docs/operations/secured.md says what each needs", s.ClickHouse.User)
	case chQuotaExceeded:
		return fmt.Sprintf("the quota of ClickHouse's user %q is used up; wait until it begins anew, or raise it", s.ClickHouse.User)
	}
	return ""
}
