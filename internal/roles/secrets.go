package roles

import (
	"strings"
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
}

// tellEvery is how often the log says that an endpoint's secret cannot be
// opened: thousands of its webhooks may wait.
const tellEvery = time.Minute

func newOpener(keys *vault.Vault, r prometheus.Registerer) (*opener, error) {
	o := &opener{vault: keys, told: map[string]time.Time{}, unreadable: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "waybill_webhook_secrets_unreadable_total", Help: "Calls that were not made because a secret of the endpoint could not be opened.",
	})}
	if r == nil {
		return o, nil
	}
	return o, r.Register(o.unreadable)
}

// open puts the secrets and header values of a call in the clear, and returns
// those that were sealed. The call must be the caller's own; its map is left as
// it is, for that is the table's.
func (o *opener) open(tenant string, call *delivery.Call) (opened []string, err error) {
	open := func(text string) string {
		plain, failed := o.vault.Open(tenant, call.EndpointID, text)
		if failed != nil && err == nil {
			err = failed
		}
		if plain != text {
			opened = append(opened, plain)
		}
		return plain
	}
	secrets := make([]string, len(call.Secrets))
	for i, text := range call.Secrets {
		secrets[i] = open(text)
	}
	headers := make(map[string]string, len(call.Headers))
	for name, text := range call.Headers {
		headers[name] = open(text)
	}
	if err != nil {
		o.unreadable.Inc()
		return nil, err
	}
	call.Secrets, call.Headers = secrets, headers
	return opened, nil
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

// concealed stands in an answer where a secret was.
const concealed = "…"

// minConcealedBytes is the size from which on a text is looked for: a shorter
// one is found by chance.
const minConcealedBytes = 6

// conceal takes secrets out of an answer, for some receivers repeat what they
// were sent. The end of the answer may have been cut off within one.
func conceal(answer string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) < minConcealedBytes {
			continue
		}
		answer = strings.ReplaceAll(answer, secret, concealed)
		for n := len(secret) - 1; n >= minConcealedBytes; n-- {
			if cut, ok := strings.CutSuffix(answer, secret[:n]); ok {
				answer = cut + concealed
				break
			}
		}
	}
	return answer
}
