package delivery

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// keeper does with an endpoint what the endpoints job does with the signals
// (W5, W8), a minute late.
type keeper struct {
	*world
	endpoint *schemas.WebhookEndpoint
	heard    int
	states   []string // one after the other
}

func newKeeper(t *testing.T) *keeper {
	k := &keeper{world: newWorld(t, newTestJob(t)), endpoint: enabled("ep")}
	k.put("ep", k.endpoint)
	return k
}

// live lets time go on, minute by minute.
func (k *keeper) live(until time.Duration) {
	for end := k.begin.Add(until); k.now.Before(end); {
		k.advance(k.now.Add(time.Minute))
		for ; k.heard < len(k.signals); k.heard++ {
			k.hear(k.signals[k.heard])
		}
	}
}

func (k *keeper) hear(s *schemas.EndpointSignal) {
	e := k.endpoint
	switch s.Kind {
	case schemas.SignalGone:
		k.become(schemas.EndpointDisabled)
	case schemas.SignalSucceeded:
		e.Failures, e.Health, e.FailingSince = 0, "", nil
		k.become(schemas.EndpointEnabled)
	case schemas.SignalFailed:
		if e.Failures++; e.FailingSince == nil {
			e.FailingSince = &s.ObservedAt
		}
		if e.Failures >= 4 {
			e.Health = schemas.HealthFailing
		}
		if e.State == schemas.EndpointEnabled && s.ObservedAt.Sub(*e.FailingSince) >= 24*time.Hour {
			k.become(schemas.EndpointSuspended)
		}
		k.put("ep", e)
	}
}

func (k *keeper) become(state string) {
	if k.endpoint.State != state {
		k.states = append(k.states, state)
	}
	k.endpoint.State = state
	k.put("ep", k.endpoint)
}

// TestReceiverFaults plays a receiver that is not well through days, with a
// webhook for each of two shipments every hour: nothing is lost, the order is
// kept, and the endpoint's state says what there was.
func TestReceiverFaults(t *testing.T) {
	ok, fail := Outcome{StatusCode: 200, Total: 50 * time.Millisecond}, Outcome{StatusCode: 500, Reason: "status_5xx"}
	hang := Outcome{Reason: "timeout", Total: 15 * time.Second}
	for name, row := range map[string]struct {
		receiver  func(after time.Duration, a Attempt) Outcome
		then      map[time.Duration]func(*keeper) // done by hand
		states    []string
		delivered int    // of 200
		reason    string // of those that were not
	}{
		"in health": {receiver: func(time.Duration, Attempt) Outcome { return ok }, delivered: 200},
		"hangs for ever": {
			receiver: func(time.Duration, Attempt) Outcome { return hang },
			states:   []string{schemas.EndpointSuspended}, reason: ReasonDeadline,
		},
		"is dead for 80 h": {
			receiver: func(after time.Duration, _ Attempt) Outcome {
				if after < 80*time.Hour {
					return hang
				}
				return ok
			},
			states:    []string{schemas.EndpointSuspended, schemas.EndpointEnabled},
			delivered: 200 - 2*8, reason: ReasonDeadline, // those of the hours 0 to 7
		},
		"flaps": {
			receiver: func(after time.Duration, _ Attempt) Outcome {
				if after%(10*time.Minute) < 4*time.Minute {
					return fail
				}
				return ok
			},
			delivered: 200,
		},
		"refuses one body for ever": {
			receiver: func(_ time.Duration, a Attempt) Outcome {
				if a.JobID == "a-005" {
					return Outcome{StatusCode: 400, Reason: "status_4xx"}
				}
				return ok
			},
			delivered: 199, reason: ReasonDeadline,
		},
		"wants to be left alone for a year": {
			receiver: func(after time.Duration, _ Attempt) Outcome {
				if after < 50*time.Hour {
					return Outcome{StatusCode: 429, Reason: "status_4xx", RetryAfter: 365 * 24 * time.Hour}
				}
				return ok
			},
			states:    []string{schemas.EndpointSuspended, schemas.EndpointEnabled},
			delivered: 200,
		},
		"says gone, and is enabled again": {
			receiver: func(after time.Duration, _ Attempt) Outcome {
				if after < 10*time.Hour {
					return Outcome{StatusCode: 410, Reason: "status_4xx"}
				}
				return ok
			},
			then:      map[time.Duration]func(*keeper){20 * time.Hour: func(k *keeper) { k.become(schemas.EndpointEnabled) }},
			states:    []string{schemas.EndpointDisabled, schemas.EndpointEnabled},
			delivered: 200,
		},
		"is deleted while it is dead": {
			receiver: func(time.Duration, Attempt) Outcome { return fail },
			then:     map[time.Duration]func(*keeper){20 * time.Hour: func(k *keeper) { k.put("ep", nil); k.endpoint = enabled("other") }},
			reason:   ReasonEndpointDeleted,
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeeper(t)
			k.pilot = func(a Attempt) Outcome { return row.receiver(k.now.Sub(k.begin), a) }
			for hour := range 100 {
				for _, number := range []string{"a", "b"} {
					v := plain()
					v.JobID, v.TrackingNumber, v.Sequence = fmt.Sprintf("%s-%03d", number, hour), number, int64(hour+1)
					k.send(v)
				}
				if by := row.then[k.now.Sub(k.begin)]; by != nil {
					by(k)
				}
				k.live(time.Duration(hour+1) * time.Hour)
			}
			k.live(180 * time.Hour)
			require.Empty(t, k.state)
			require.Equal(t, row.states, k.states)
			k.checkEnds(t, row.delivered, row.reason)
		})
	}
}

// checkEnds: each of 200 webhooks has ended once, so many of them delivered,
// and those of a shipment were first tried in order.
func (k *keeper) checkEnds(t *testing.T, delivered int, reason string) {
	ends := map[string]string{}
	for _, row := range k.rows {
		if row.Outcome == schemas.OutcomeFailed {
			continue
		}
		require.Empty(t, ends[row.JobID], "%s has ended twice", row.JobID)
		ends[row.JobID] = row.Outcome
		if row.Outcome == schemas.OutcomeDelivered {
			delivered--
		} else {
			require.Equal(t, reason, row.Reason, row.JobID)
		}
	}
	require.Len(t, ends, 200)
	require.Zero(t, delivered, "fewer were delivered, or more where it is below 0")
	for _, number := range []string{"a", "b"} {
		var firsts []string
		for _, a := range k.attempts {
			if a.Number == 1 && a.JobID[:1] == number {
				firsts = append(firsts, a.JobID)
			}
		}
		require.True(t, slices.IsSorted(firsts), firsts)
	}
}
