package kafkaclient

import (
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/config"
	"waybill/internal/tlsdial"
)

// Advise says what to do about an error of a client, where brokers refused the
// client or it them; empty where it does not know.
func Advise(err error, k config.Kafka) string {
	if advice := tlsdial.Advise(err); advice != "" {
		return advice
	}
	switch {
	case errors.Is(err, kerr.SaslAuthenticationFailed):
		return fmt.Sprintf("the brokers do not know user %q with this password for %s: mend --kafka-user, --kafka-password or --kafka-sasl, or make the user on the brokers", k.User, k.SASL)
	case errors.Is(err, kerr.UnsupportedSaslMechanism):
		return "the listener does not take --kafka-sasl " + k.SASL + ": choose what its sasl.enabled.mechanisms has"
	case errors.Is(err, kerr.IllegalSaslState):
		return "the listener asks for no login: leave out --kafka-sasl and --kafka-user, or use another port"
	case closedAtOnce(err):
		return "the listener asks for something else: " + offered(k) + ". Compare with the port's entry in listener.security.protocol.map"
	}
	return adviseRights(err, k)
}

// closedAtOnce tells whether brokers end the connection at the first word, which
// is how they answer those who do not speak as the listener does.
func closedAtOnce(err error) bool {
	_, first := errors.AsType[*kgo.ErrFirstReadEOF](err)
	return first || strings.Contains(err.Error(), "invalid large response size")
}

// offered says how the settings have the client speak.
func offered(k config.Kafka) string {
	how := "this client speaks without TLS"
	if k.TLS {
		how = "this client speaks TLS"
	}
	if k.SASL == config.SASLNone || k.SASL == "" {
		return how + " and does not log in (--kafka-tls, --kafka-sasl)"
	}
	return how + " and logs in with " + k.SASL + " (--kafka-tls, --kafka-sasl)"
}
