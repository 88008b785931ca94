package roles

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/connectors/inbound"
	"waybill/connectors/publish"
	"waybill/schemas"
)

// inboundRole takes the webhooks of carriers, on the API's address.
type inboundRole struct {
	handler http.Handler // nil: no file of accounts is named
	client  *kgo.Client
}

const (
	// inboundLinger is how long a record waits for others that go with it. Each
	// webhook waits for it, and many webhooks share a request to Kafka.
	inboundLinger = 2 * time.Millisecond
	// inboundDelivery ends what Kafka has not taken: the webhook was answered
	// long ago, and its sender sends it again.
	inboundDelivery = 30 * time.Second
	// recordFraming is what a record takes beside its bytes.
	recordFraming = 16 << 10
)

func newInbound(o *Options, p *parts) (*inboundRole, error) {
	if o.Settings.Connectors.Accounts == "" {
		return &inboundRole{}, nil
	}
	log := o.Logger.With("app", "inbound")
	client, err := kgo.NewClient(append(slices.Clone(o.Kafka),
		kgo.ProducerBatchMaxBytes(schemas.MaxDeadLetterBytes+recordFraming), kgo.ProducerLinger(inboundLinger), kgo.RecordDeliveryTimeout(inboundDelivery))...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	handler, err := inbound.New(inbound.Config{
		Accounts: p.accounts, AllowedNetworks: o.Settings.Webhook.Allow, Logger: log, Registerer: o.Registerer,
		Publisher: &publish.Publisher{Kafka: client, Prefix: o.Settings.Kafka.Prefix, Codecs: o.Codecs, Carriers: p.knows.Carriers},
	})
	if err != nil {
		client.Close()
		return nil, err
	}
	return &inboundRole{handler, client}, nil
}

func (r *inboundRole) close() {
	if r != nil && r.client != nil {
		r.client.Close()
	}
}
