package kafkaclient

import (
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"github.com/twmb/franz-go/plugin/kslog"

	"waybill/internal/config"
	"waybill/internal/tlsdial"
)

// warnings passes on what a Kafka client warns of. What it merely tells is for
// people who debug clients.
type warnings struct{ kgo.Logger }

func (warnings) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// metadataAge is how old the client's knowledge of topics may be. The client's
// own five seconds would hide topics that were made just now.
const metadataAge = 100 * time.Millisecond

// Options are the options of every Kafka client of a process, those of Secure
// among them.
func Options(k config.Kafka, log *slog.Logger) []kgo.Opt {
	return append([]kgo.Opt{
		kgo.SeedBrokers(k.Addrs()...),
		kgo.ClientID("waybill"),
		kgo.MetadataMinAge(metadataAge),
		kgo.WithLogger(warnings{kslog.New(log)}),
	}, Secure(k, log)...)
}

// Secure are the options that have a client speak TLS and log in, none where the
// settings ask for neither.
func Secure(k config.Kafka, log *slog.Logger) []kgo.Opt {
	var opts []kgo.Opt
	if k.TLS {
		opts = append(opts, kgo.Dialer(tlsdial.New("kafka", tlsdial.Files(k.TLSFiles), log).DialContext))
	}
	if login := login(k); login != nil {
		opts = append(opts, kgo.SASL(login))
	}
	return opts
}

func login(k config.Kafka) sasl.Mechanism {
	switch k.SASL {
	case "plain":
		return plain.Auth{User: k.User, Pass: string(k.Password)}.AsMechanism()
	case "scram-sha-256":
		return scram.Auth{User: k.User, Pass: string(k.Password)}.AsSha256Mechanism()
	case "scram-sha-512":
		return scram.Auth{User: k.User, Pass: string(k.Password)}.AsSha512Mechanism()
	}
	return nil
}
