package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/internal/config"
	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles"
	"waybill/internal/tlsdial/tlstest"
	"waybill/internal/vault"
)

// usersFile is what docs/operations/secured.md gives to operators.
const usersFile = "../../docs/samples/clickhouse/waybill-users.xml"

// readsAnHour is the quota of the reader in this test.
const readsAnHour = "60"

// securedClickHouse is a ClickHouse with Waybill's own users, behind TLS. The
// embedded engine cannot speak TLS itself, so that something before it does.
type securedClickHouse struct {
	addr string
	ca   *tlstest.CA
}

func startSecuredClickHouse(t *testing.T) *securedClickHouse {
	t.Helper()
	needEngine(t)
	dir := t.TempDir()
	text, err := os.ReadFile(usersFile)
	require.NoError(t, err)
	users := string(text)
	for _, user := range []string{"migrate", "sink", "read"} {
		digest := sha256.Sum256([]byte(passwordOf(user)))
		users = strings.ReplaceAll(users, "DIGEST_OF_"+strings.ToUpper(user), hex.EncodeToString(digest[:]))
	}
	require.Contains(t, users, "<queries>36000</queries>")
	users = strings.ReplaceAll(users, "<queries>36000</queries>", "<queries>"+readsAnHour+"</queries>")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "users.d"), 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "users.d", "waybill.xml"), []byte(users), 0o600))
	server, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	s := &securedClickHouse{ca: tlstest.NewCA(t)}
	s.addr = endTLS(t, s.ca, server.Addr())
	return s
}

func passwordOf(user string) string { return "password of " + user }

// endTLS listens with TLS, asks for a client's certificate, and passes on what
// comes.
func endTLS(t *testing.T, ca *tlstest.CA, to string) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{ca.Server(t, "127.0.0.1").Load(t)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(),
	})
	require.NoError(t, err)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { pass(from, to) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		open.Wait()
	})
	return l.Addr().String()
}

// pass connects two until either ends.
func pass(from net.Conn, addr string) {
	defer from.Close()
	to, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(from, to)
		from.Close()
	})
	_, _ = io.Copy(to, from)
	to.Close()
	back.Wait()
}

// flags lead in as a user.
func (s *securedClickHouse) flags(t *testing.T, user string) []string {
	own := s.ca.Client(t, user)
	return []string{
		"--clickhouse-addr", s.addr, "--clickhouse-tls", "--clickhouse-tls-ca", s.ca.File, "--clickhouse-tls-cert", own.Cert, "--clickhouse-tls-key", own.Key,
		"--clickhouse-user", "waybill_" + user, "--clickhouse-password", passwordOf(user),
	}
}

// Waybill's own users of ClickHouse do their work over TLS, each with the rights
// that the file for operators gives it, and no other's. A reader that asks too
// much is refused, and what the sink writes goes on.
func TestSecuredClickHouse(t *testing.T) {
	t.Parallel()
	s := startSecuredClickHouse(t)
	as := func(user string, args ...string) (string, int) {
		return runWaybill(t, slices.Concat(args, s.flags(t, user))...)
	}
	said, code := as("migrate", "migrate")
	require.Zero(t, code, said)
	for _, user := range []string{"sink", "read"} {
		said, code := as(user, "migrate")
		require.Equal(t, exitFailed, code, said)
		require.Contains(t, said, `user "waybill_`+user+`" of ClickHouse lacks the right that it names`)
	}

	s.requireRights(t)
	keys := filepath.Join(t.TempDir(), "secrets.key")
	require.NoError(t, vault.Make(keys, rand.Reader))
	kafka := []string{"--kafka-brokers", strings.Join(embeddedtest.Kafka(t), ","), "--kafka-partitions", "1", "--secret-keys", keys, "--workers", "1", "--reorder-hold", "100ms"}
	said, code = runWaybill(t, append([]string{"topics", "create"}, kafka...)...)
	require.Zero(t, code, said)
	startRole(t, "tracking", kafka...)
	startRole(t, "clickhouse", slices.Concat(kafka, s.flags(t, "sink"))...)
	startRole(t, "baselines", slices.Concat(kafka, s.flags(t, "read"))...)
	register := func(number string) {
		said, code := runWaybill(t, append([]string{"register", "sim-post", number}, kafka...)...)
		require.Zero(t, code, said)
	}
	register("S1")
	stored := func(number string) { // by a user that may read, and has no quota to use up by asking
		require.Eventually(t, func() bool {
			_, code := as("migrate", "track", "sim-post", number)
			return code == 0
		}, patienceOfTests, 50*time.Millisecond)
	}
	stored("S1")
	for _, asked := range [][]string{{"track", "sim-post", "S1"}, {"report", "on-time"}} {
		said, code = as("read", asked...)
		require.Zero(t, code, said)
	}

	require.Eventually(t, func() bool {
		said, code = as("read", "report", "on-time")
		return code != 0
	}, patienceOfTests, time.Millisecond)
	require.Contains(t, said, `the quota of ClickHouse's user "waybill_read" is used up`)
	register("S2")
	stored("S2")
	s.requireRefusals(t) // at the end: the embedded engine does not outlive a wrong password
}

// requireRights wants the sink's user to insert, and to change rows as an erasure
// does, and neither it nor the reader to do more.
func (s *securedClickHouse) requireRights(t *testing.T) {
	t.Helper()
	exec := func(user, statement string) error {
		own := s.ca.Client(t, user)
		options := roles.ClickHouseOptions(&config.Settings{ClickHouse: config.ClickHouse{
			Addr: []string{s.addr}, Database: "waybill", User: "waybill_" + user, Password: config.Secret(passwordOf(user)),
			TLS: true, TLSFiles: config.TLS{CA: s.ca.File, Cert: own.Cert, Key: own.Key},
		}})
		conn, err := ch.Open(&options)
		require.NoError(t, err)
		defer conn.Close()
		return conn.Exec(t.Context(), statement)
	}
	const erase = "ALTER TABLE tracking_events UPDATE description = '' WHERE tracking_number = 'nobody' SETTINGS mutations_sync = 2"
	require.NoError(t, exec("sink", erase))
	require.ErrorContains(t, exec("sink", "DROP TABLE tracking_events"), "Not enough privileges")
	require.ErrorContains(t, exec("read", erase), "Not enough privileges")
	require.ErrorContains(t, exec("read", "INSERT INTO usage (tenant) VALUES ('t')"), "Not enough privileges")
	require.ErrorContains(t, exec("read", "SET max_execution_time = 100"), "shouldn't be greater than 60")
}

// requireRefusals wants one clear line for each wrong way in.
func (s *securedClickHouse) requireRefusals(t *testing.T) {
	t.Helper()
	good := s.flags(t, "read")
	without := func(flag string, values int) []string {
		i := slices.Index(good, flag)
		return slices.Delete(slices.Clone(good), i, i+1+values)
	}
	stranger := tlstest.NewCA(t)
	for says, flags := range map[string][]string{
		"name the file of its CA with --clickhouse-tls-ca": append(slices.Clone(good), "--clickhouse-tls-ca", stranger.File),
		"is for 127.0.0.1: connect to that name":           append(slices.Clone(good), "--clickhouse-tls-server-name", "clickhouse.example"),
		"set --clickhouse-tls-cert":                        without("--clickhouse-tls-cert", 3),
		"mend --clickhouse-user or --clickhouse-password":  append(slices.Clone(good), "--clickhouse-password", "wrong"),
	} {
		said, code := runWaybill(t, append([]string{"report", "on-time"}, flags...)...)
		require.Equal(t, exitFailed, code, said)
		require.Contains(t, said, says)
		require.NotContains(t, said, "is `waybill up` running")
	}
}
