package registrations

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/connectors/publish"
	"waybill/internal/apikeys"
	"waybill/internal/ports"
	"waybill/internal/roles"
	"waybill/internal/topics"
	"waybill/internal/vault"
	"waybill/schemas"
)

const tenant = "bench"

// scene is a broker, the API on it in a process of its own, and what its clients
// send.
type scene struct {
	stage    *rig.Stage
	process  *rig.Process
	url, key string
	http     *http.Client
	producer *kgo.Client

	batch   string        // a request with batchSize parcels
	records []*kgo.Record // what it becomes
}

func newScene(ctx context.Context, partitions int) (s *scene, err error) {
	s = &scene{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.stage, err = rig.NewStage(ctx, schemas.TopicRegistrations); err != nil {
		return s, err
	}
	if _, err = topics.Create(ctx, s.stage.Client, topics.Layout{Partitions: partitions, Replication: -1}); err != nil {
		return s, fmt.Errorf("setting up a broker: %w", err)
	}
	if s.producer, err = kgo.NewClient(append(publish.Options(), kgo.SeedBrokers(s.stage.Addrs()...))...); err != nil {
		return s, fmt.Errorf("making a client for the bare producer: %w", err)
	}
	if err = s.fillBatch(); err != nil {
		return s, err
	}
	return s, s.start(ctx)
}

// start starts the API, and waits until it can work.
func (s *scene) start(ctx context.Context) error {
	key, text, err := apikeys.New(tenant, []string{apikeys.ScopeRegister})
	if err != nil {
		return err
	}
	entry, err := key.Entry()
	if err != nil {
		return err
	}
	keys, secrets := filepath.Join(s.stage.Dir, "api-keys.yaml"), filepath.Join(s.stage.Dir, "secrets.key")
	if err := errors.Join(os.WriteFile(keys, entry, 0o600), vault.Make(secrets, rand.Reader)); err != nil {
		return fmt.Errorf("writing the keys: %w", err)
	}
	port, err := ports.Free()
	if err != nil {
		return err
	}
	address := ports.Loopback(port)
	s.url, s.key = "http://"+address, text
	s.process, err = rig.Start(ctx, deployed.Kind, "", &deployed.Order{
		Brokers: s.stage.Addrs(), Roles: []string{roles.API}, Clock: "live", State: filepath.Join(s.stage.Dir, "state"), Keys: secrets,
		Listen: address, APIKeys: keys,
	})
	if err != nil {
		return err
	}
	return s.process.Begin()
}

// fillBatch makes a request and the records that it becomes.
func (s *scene) fillBatch() error {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	var items []string
	now := time.Now()
	for i := range batchSize {
		number, reference := fmt.Sprintf("P%011d", i), fmt.Sprintf("order-%d", i)
		items = append(items, fmt.Sprintf(`{"carrier":"sim-post","tracking_number":%q,"reference":%q,"destination":{"country":"GB"}}`, number, reference))
		value, err := codecs.Registration.Encode(&schemas.Registration{
			Tenant: tenant, Carrier: "sim-post", TrackingNumber: number, Reference: reference, Destination: &schemas.Address{Country: "GB"},
			WindowDays: 30, Backfill: schemas.BackfillNone, RegisteredAt: &now,
		})
		if err != nil {
			return err
		}
		s.records = append(s.records, &kgo.Record{Topic: schemas.TopicRegistrations, Key: []byte("sim-post:" + number), Value: value})
	}
	s.batch = `{"trackings":[` + strings.Join(items, ",") + `]}`
	return nil
}

// close ends what was begun.
func (s *scene) close() (err error) {
	s.http.CloseIdleConnections()
	if s.producer != nil {
		s.producer.Close()
	}
	if s.process != nil {
		err = s.process.Close()
	}
	if s.stage != nil {
		err = errors.Join(err, s.stage.Close())
	}
	return err
}
