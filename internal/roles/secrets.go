package roles

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/internal/vault"
	"waybill/pipeline/delivery"
)

// opener opens endpoints' secrets for calls (W10).
type opener struct {
	vault      *vault.Vault
	unreadable prometheus.Counter

	mu   sync.Mutex
	told map[string]time.Time // by endpoint: when the log last said so
	kept map[string]*opened   // by endpoint: what its last call needed
}

// opened is what was opened for a call, and of what.
type opened struct {
	tenant, url            string
	sealed, secrets        []string
	sealedHeaders, headers map[string]string
	// hidden are the clear texts of all that was sealed, the parts of them that let
	// somebody in alone, and the values in the URL's query.
	hidden []string
}

// maxKept is how many endpoints' secrets are kept open. Beyond that all are
// opened anew: by far the most deployments have fewer.
const maxKept = 4096

// tellEvery is how often the log says that an endpoint's secret cannot be
// opened: thousands of its webhooks may wait.
const tellEvery = time.Minute

func newOpener(keys *vault.Vault, r prometheus.Registerer) (*opener, error) {
	o := &opener{vault: keys, told: map[string]time.Time{}, kept: map[string]*opened{}, unreadable: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "waybill_webhook_secrets_unreadable_total", Help: "Calls that were not made because a secret of the endpoint could not be opened.",
	})}
	if r == nil {
		return o, nil
	}
	return o, r.Register(o.unreadable)
}

// open puts the secrets and header values of a call in the clear, and returns
// those that were sealed. Nothing of what it gives may be changed: the next call
// to the endpoint gets the same, for as long as its row says the same.
func (o *opener) open(tenant string, call *delivery.Call) (hidden []string, err error) {
	o.mu.Lock()
	known := o.kept[call.EndpointID]
	o.mu.Unlock()
	if known == nil || !known.fits(tenant, call) {
		if known, err = o.openAnew(tenant, call); err != nil {
			o.unreadable.Inc()
			return nil, err
		}
		o.keep(call.EndpointID, known)
	}
	call.Secrets, call.Headers = known.secrets, known.headers
	return known.hidden, nil
}

// fits tells whether a call needs what was opened before.
func (k *opened) fits(tenant string, call *delivery.Call) bool {
	return k.tenant == tenant && k.url == call.URL && slices.Equal(k.sealed, call.Secrets) && maps.Equal(k.sealedHeaders, call.Headers)
}

func (o *opener) openAnew(tenant string, call *delivery.Call) (*opened, error) {
	var err error
	k := &opened{
		tenant: tenant, url: call.URL, sealed: slices.Clone(call.Secrets), secrets: make([]string, len(call.Secrets)),
		sealedHeaders: maps.Clone(call.Headers), headers: make(map[string]string, len(call.Headers)),
	}
	open := func(text string) string {
		plain, failed := o.vault.Open(tenant, call.EndpointID, text)
		if err == nil {
			err = failed
		}
		if plain != text {
			k.hidden = append(k.hidden, credentials(plain)...)
		}
		return plain
	}
	for i, text := range call.Secrets {
		k.secrets[i] = open(text)
	}
	for name, text := range call.Headers {
		k.headers[name] = open(text)
	}
	k.hidden = append(k.hidden, queryValues(call.URL)...)
	return k, err
}

func (o *opener) keep(endpointID string, k *opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.kept) >= maxKept {
		clear(o.kept)
	}
	o.kept[endpointID] = k
}

// tells decides whether the log is to say now that an endpoint's secret cannot
// be opened.
func (o *opener) tells(endpointID string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if last, ok := o.told[endpointID]; ok && now.Sub(last) < tellEvery {
		return false
	}
	o.told[endpointID] = now
	return true
}
