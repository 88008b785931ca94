package inbound

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/internal/apikeys"
	"waybill/internal/roles"
	"waybill/internal/telemetry"
	"waybill/schemas"
)

// ServerKind is the kind of a measured process that takes webhooks.
const ServerKind = "inbound"

// ServerOrder is what such a process is told.
type ServerOrder struct {
	Brokers []string `json:"brokers"` // empty: the handler that only checks
	Dir     string   `json:"dir"`     // for files of its own
}

const (
	secret        = "a secret of thirty-two characters"
	path          = "/in/shippo/shop"
	secretVar     = "BENCH_INBOUND_SECRET"
	headerTimeout = 5 * time.Second
)

// server is the API as it is deployed, or the handler that only checks.
type server struct {
	rig.Background
	listener net.Listener
	roles    *roles.Roles // nil: the handler that only checks
}

// NewServer makes what the process runs.
func NewServer(o *ServerOrder) (rig.Measured, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for webhooks: %w", err)
	}
	s := &server{listener: listener}
	if len(o.Brokers) > 0 {
		s.roles, err = deploy(o, listener)
	}
	return s, err
}

// deploy sets the role api up, with one account.
func deploy(o *ServerOrder, listener net.Listener) (*roles.Roles, error) {
	settings, err := deployed.Settings()
	if err != nil {
		return nil, err
	}
	settings.Kafka.Brokers, settings.Pipeline.StateDir, settings.Pipeline.Instance = o.Brokers, filepath.Join(o.Dir, "state"), "bench"
	settings.SecretKeys = filepath.Join(o.Dir, "secrets.key")
	settings.Connectors.Accounts = filepath.Join(o.Dir, "accounts.yaml")
	keyFile := filepath.Join(o.Dir, "api-keys.yaml")
	_, err = apikeys.Bootstrap(keyFile, "bench")
	if err = errors.Join(err, os.Setenv(secretVar, secret), os.WriteFile(settings.Connectors.Accounts,
		[]byte("accounts: [{name: shop, tenant: bench, source: shippo, inbound: {secrets: [{env: "+secretVar+"}]}}]"), 0o600)); err != nil {
		return nil, fmt.Errorf("writing the files of a deployment: %w", err)
	}
	keys, err := apikeys.Open(keyFile, rig.Warnings())
	if err != nil {
		return nil, err
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	return roles.New(roles.Options{
		Settings: settings, Codecs: codecs, Kafka: []kgo.Opt{kgo.SeedBrokers(o.Brokers...)}, Version: "bench",
		Logger: rig.Warnings(), Registerer: telemetry.NewRegistry("bench"), API: &roles.APIOptions{Listener: listener, Keys: keys},
	}, roles.API)
}

// Prepare implements rig.Measured: it says its address.
func (s *server) Prepare(ctx context.Context) (any, error) {
	address := s.listener.Addr().String()
	if s.roles == nil {
		s.Start(ctx, s.checkOnly)
		return address, nil
	}
	s.Start(ctx, s.roles.Run)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for s.roles.Ready() != nil {
		select {
		case <-s.Over():
			return nil, errors.Join(errors.New("waiting for the API to be ready: it ended"), s.Stop())
		case <-tick.C:
		}
	}
	return address, nil
}

// checkOnly serves until ctx is done.
func (s *server) checkOnly(ctx context.Context) error {
	server := &http.Server{Handler: http.HandlerFunc(check), ReadHeaderTimeout: headerTimeout}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

// check reads a webhook and checks its signature, as briefly as can be.
func check(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	stamp, signature, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Shippo-Auth-Signature"), "t="), ",v1=")
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write([]byte(stamp + "."))
	_, _ = h.Write(body)
	if err != nil || !hmac.Equal([]byte(hex.EncodeToString(h.Sum(nil))), []byte(signature)) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, _ = w.Write([]byte("{}\n"))
}
