package roles

import (
	"fmt"
	"strings"

	"waybill/schemas"
)

// endpointWakes names the keys of delivery that must hear of a change of an
// endpoint: all of that endpoint, when it came, went, or changed in what their
// webhooks wait for. Its health changes with every few failures and wakes
// nobody; answers to commands, whose keys hold a slash, are no endpoints.
func endpointWakes(codec *schemas.Codec[schemas.WebhookEndpoint]) func(id string, before, after []byte) string {
	return func(id string, before, after []byte) string {
		if strings.Contains(id, "/") || awaited(codec, before) == awaited(codec, after) {
			return ""
		}
		return schemas.JobKey(id, "")
	}
}

// awaited is what webhooks of an endpoint wait for, or go by while they wait;
// empty for one that is not there.
func awaited(codec *schemas.Codec[schemas.WebhookEndpoint], value []byte) string {
	if value == nil {
		return ""
	}
	e, err := codec.Decode(value)
	if err != nil || e.State == schemas.EndpointRejected {
		return ""
	}
	return fmt.Sprintf("%q %q %q %q %v %d %d %g", e.State, e.URL, e.Order, e.ScheduleName, e.Schedule, e.Deadline, e.InFlight, e.RateLimit)
}
