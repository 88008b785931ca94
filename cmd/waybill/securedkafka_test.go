package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/internal/acls"
	"waybill/internal/apachekafka"
	"waybill/internal/apachekafka/kafkatest"
	"waybill/internal/tlsdial/tlstest"
)

// Passwords on the secured Kafka.
const (
	rightPassword = "right, with = and ,"
	wrongPassword = "wrong"
)

// securedKafka is an Apache Kafka with a listener for each way in. Who comes in
// by the one without a login may do everything, as may the user waybill.
type securedKafka struct {
	*apachekafka.Cluster

	ca    *tlstest.CA
	admin *kadm.Client
}

// Listeners of the secured Kafka.
const (
	onTLS          = "ENCRYPTED"
	onCertificates = "CERTIFICATES"
	onLogin        = "LOGIN"
	onClearLogin   = "CLEARLOGIN"
	onExpired      = "EXPIRED"
	onOtherName    = "OTHERNAME"
)

// startSecuredKafka starts it. A user for each part of Waybill may log in with
// rightPassword, and may do nothing else yet.
func startSecuredKafka(t *testing.T) *securedKafka {
	t.Helper()
	ca := tlstest.NewCA(t)
	pair := ca.Server(t, "127.0.0.1", "localhost")
	plain := "org.apache.kafka.common.security.plain.PlainLoginModule required"
	for _, user := range append(acls.Parts(), acls.Part{Name: "waybill"}) {
		plain += fmt.Sprintf(" user_%s=%q", user.Name, rightPassword)
	}
	settings := map[string]string{
		"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"super.users":           "User:ANONYMOUS;User:waybill;User:CN=waybill",
		"ssl.truststore.type":   "PEM", "ssl.truststore.location": ca.File,
		"ssl.keystore.type": "PEM", "ssl.keystore.location": pair.Both,
		"listener.name.certificates.ssl.client.auth":  "required",
		"listener.name.expired.ssl.keystore.type":     "PEM",
		"listener.name.expired.ssl.keystore.location": ca.Expired(t, "127.0.0.1").Both,
		"listener.name.othername.ssl.keystore.type":   "PEM", "listener.name.othername.ssl.keystore.location": ca.Server(t, "kafka.example").Both,
		"sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
	}
	for _, listener := range []string{"login", "clearlogin"} {
		settings["listener.name."+listener+".plain.sasl.jaas.config"] = plain + ";"
		for _, scram := range []string{"scram-sha-256", "scram-sha-512"} {
			settings["listener.name."+listener+"."+scram+".sasl.jaas.config"] = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
		}
	}
	s := &securedKafka{ca: ca, Cluster: kafkatest.StartWith(t, apachekafka.Options{
		Settings: settings, Loud: []string{"kafka.authorizer.logger"},
		Listeners: []apachekafka.Listener{
			{Name: onTLS, Protocol: "SSL"}, {Name: onCertificates, Protocol: "SSL"}, {Name: onLogin, Protocol: "SASL_SSL"},
			{Name: onClearLogin, Protocol: "SASL_PLAINTEXT"}, {Name: onExpired, Protocol: "SSL"}, {Name: onOtherName, Protocol: "SSL"},
		},
	})}
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Addrs()...))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	s.admin = kadm.NewClient(client)
	for _, way := range []kadm.ScramMechanism{kadm.ScramSha256, kadm.ScramSha512} {
		made, err := s.admin.AlterUserSCRAMs(t.Context(), nil, []kadm.UpsertSCRAM{{User: "waybill", Mechanism: way, Iterations: 4096, Password: rightPassword}})
		require.NoError(t, err)
		require.NoError(t, made.Error())
	}
	return s
}

// flags lead to a listener. None of those that follow is changed by them.
func (s *securedKafka) flags(listener string, more ...string) []string {
	return append([]string{"--kafka-brokers", strings.Join(s.Listener(listener), ",")}, more...)
}

// waybill runs a command and returns what it says on both streams, and its exit
// code.
func runWaybill(t *testing.T, args ...string) (said string, code int) {
	t.Helper()
	command := exec.Command("waybill", args...)
	command.Env = os.Environ()
	out, _ := command.CombinedOutput()
	return string(out), command.ProcessState.ExitCode()
}

// What Waybill does on a Kafka that lets in only whom it knows, and lets them do
// only what they may. All of it is on one broker.
func TestSecuredKafka(t *testing.T) {
	s := startSecuredKafka(t)
	t.Run("refuses", s.testRefusals)
	t.Run("carries", s.testWaysIn)
	t.Run("allows", s.testLeastRights)
	t.Run("lacks", s.testLackingRights)
}

// Each door refuses whom it should, and the one line that the command says
// names what to mend.
func (s *securedKafka) testRefusals(t *testing.T) {
	stranger := tlstest.NewCA(t)
	own, foreign := s.ca.Client(t, "waybill"), stranger.Client(t, "waybill")
	tls := []string{"--kafka-tls", "--kafka-tls-ca", s.ca.File}
	login := func(way, password string) []string {
		return append([]string{"--kafka-sasl", way, "--kafka-user", "waybill", "--kafka-password", password}, tls...)
	}
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"TLS where there is none":     {append([]string{"--kafka-brokers", s.Addrs()[0]}, tls...), "leave out --kafka-tls"},
		"no TLS where there is":       {s.flags(onTLS), "speaks without TLS and does not log in"},
		"an unknown CA":               {s.flags(onTLS, "--kafka-tls", "--kafka-tls-ca", stranger.File), "name the file of its CA with --kafka-tls-ca"},
		"expired":                     {s.flags(onExpired, tls...), "have it renewed"},
		"another name":                {s.flags(onOtherName, tls...), "is for kafka.example"},
		"no certificate":              {s.flags(onCertificates, tls...), "set --kafka-tls-cert"},
		"a certificate of somebody":   {s.flags(onCertificates, append([]string{"--kafka-tls-cert", foreign.Cert, "--kafka-tls-key", foreign.Key}, tls...)...), "set --kafka-tls-cert"},
		"a key of another":            {s.flags(onCertificates, append([]string{"--kafka-tls-cert", own.Cert, "--kafka-tls-key", foreign.Key}, tls...)...), "does not match"},
		"a wrong password, plain":     {s.flags(onLogin, login("plain", wrongPassword)...), "mend --kafka-user"},
		"a wrong password, SCRAM-256": {s.flags(onLogin, login("scram-sha-256", wrongPassword)...), "mend --kafka-user"},
		"a wrong password, SCRAM-512": {s.flags(onLogin, login("scram-sha-512", wrongPassword)...), "mend --kafka-user"},
		"no login":                    {s.flags(onLogin, tls...), "speaks TLS and does not log in"},
		"a login where none is asked": {s.flags(onTLS, login("plain", rightPassword)...), "asks for no login"},
		"a login without TLS":         {s.flags(onLogin, login("plain", rightPassword)[:6]...), "speaks without TLS and logs in with plain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, code := runWaybill(t, append([]string{"topics", "check"}, tt.args...)...)
			require.Equal(t, exitFailed, code, said)
			require.Contains(t, said, tt.says)
			require.Equal(t, 1, strings.Count(said, "\n"), said)
		})
	}
}

// change takes a right away, or gives it back.
func (s *securedKafka) change(t *testing.T, r acls.Right, principal string, give bool) {
	t.Helper()
	pattern := kadm.ACLPatternLiteral
	if r.Prefixed {
		pattern = kadm.ACLPatternPrefixed
	}
	operation, err := kmsg.ParseACLOperation(r.Operation)
	require.NoError(t, err)
	of := kadm.NewACLs().Allow(principal).AllowHosts("*").Operations(operation).ResourcePatternType(pattern)
	switch r.Resource {
	case "topic":
		of.Topics(r.Name)
	case "group":
		of.Groups(r.Name)
	default:
		of.TransactionalIDs(r.Name)
	}
	if give {
		_, err = s.admin.CreateACLs(t.Context(), of)
	} else {
		_, err = s.admin.DeleteACLs(t.Context(), of)
	}
	require.NoError(t, err)
}
