package inbound

import (
	"errors"
	"log/slog"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/connectors/publish"
	"waybill/internal/accounts"
	"waybill/schemas"
)

// MaxBodyBytes bounds a webhook, packed and unpacked: what cannot be read must
// fit whole into a dead letter.
const MaxBodyBytes = schemas.MaxRecordBytes

// Config says what webhooks are taken with. What has no default is required.
type Config struct {
	Accounts *accounts.Live
	// Publisher's client must take records of schemas.MaxDeadLetterBytes.
	Publisher *publish.Publisher
	// AllowedNetworks are those where public keys may be fetched although they are
	// private.
	AllowedNetworks []netip.Prefix
	// MaxInHand is how many webhooks may be in hand. Default 4096.
	MaxInHand int64
	// MaxBytes is how much memory their bodies may take. Default 64 MiB.
	MaxBytes   int64
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Accounts == nil || c.Publisher == nil:
		return c, errors.New("taking webhooks of carriers: the accounts and the publisher are required")
	case c.Logger == nil || c.Registerer == nil:
		return c, errors.New("taking webhooks of carriers: the logger and the registerer are required")
	}
	if c.MaxInHand == 0 {
		c.MaxInHand = 4096
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 64 << 20
	}
	return c, nil
}
