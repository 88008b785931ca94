package main

import (
	"crypto/rand"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/vault"
)

// Whichever way in: a registration and an event go through all of the program,
// its transactions too, and come out as a webhook.
func (s *securedKafka) testWaysIn(t *testing.T) {
	needEngine(t)
	clickHouse := embeddedtest.OwnClickHouse(t)
	own := s.ca.Client(t, "waybill")
	tls := []string{"--kafka-tls", "--kafka-tls-ca", s.ca.File}
	login := func(way string) []string {
		return append([]string{"--kafka-sasl", way, "--kafka-user", "waybill", "--kafka-password", rightPassword}, tls...)
	}
	for name, flags := range map[string][]string{
		"tls":          s.flags(onTLS, tls...),
		"certificates": s.flags(onCertificates, append([]string{"--kafka-tls-cert", own.Cert, "--kafka-tls-key", own.Key}, tls...)...),
		"other_name":   s.flags(onOtherName, append([]string{"--kafka-tls-server-name", "kafka.example"}, tls...)...),
		"plain":        s.flags(onLogin, login("plain")...),
		"scram-256":    s.flags(onLogin, login("scram-sha-256")...),
		"scram-512":    s.flags(onLogin, login("scram-sha-512")...),
		"clear":        s.flags(onClearLogin, login("scram-sha-512")[:6]...),
	} {
		t.Run(name, func(t *testing.T) {
			flags = append(flags, "--kafka-prefix", name+".", "--kafka-partitions", "1")
			keys := filepath.Join(t.TempDir(), "secrets.key")
			require.NoError(t, vault.Make(keys, rand.Reader))
			up := startUp(t, t.TempDir(), append([]string{
				"--instance", "one", "--workers", "1", "--secret-keys", keys, "--clickhouse-addr", clickHouse,
			}, flags...)...)
			up.requireWayThrough(t, flags...)
		})
	}
}

// requireWayThrough waits until what is published has become a webhook. flags
// lead to the deployment's Kafka.
func (r *running) requireWayThrough(t *testing.T, flags ...string) {
	t.Helper()
	receiver := newLedger(t)
	with := func(args ...string) string { return r.run(t, append(args, flags...)...) }
	with("endpoints", "add", "http://"+receiver.address+"/", "--skip-test")
	with("ingest", onwardRecords(t))
	receiver.awaitTaken(t, 1)
}
