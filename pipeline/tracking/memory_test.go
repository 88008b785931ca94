package tracking

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Calls take over the memory of calls that are over. Parcels that are handled
// at the same time, and one after the other in the memory of the last, get the
// records that each gets alone.
func TestParcelsDoNotMeetInMemory(t *testing.T) {
	const parcels = 8
	w, tables, _ := benchWorld(t, DefaultReorderHold)
	var alone, together [parcels][]job.Output
	play := func(i int, j *Job) []job.Output {
		return playOutputs(t, j, tables, parcelInputs(t, w, fmt.Sprintf("AB%09dGB", i), i))
	}
	for i := range parcels {
		fresh, err := NewJob(Config{Codecs: w.codecs, Model: w.job.rules.model, Carriers: book{}, ReorderHold: DefaultReorderHold})
		require.NoError(t, err)
		alone[i] = play(i, fresh)
		require.NotEmpty(t, alone[i])
	}
	var group sync.WaitGroup
	for i := range parcels {
		group.Go(func() {
			for range 5 {
				together[i] = play(i, w.job)
			}
		})
	}
	group.Wait()
	require.Equal(t, alone, together)
}

// parcelInputs are the inputs of a usual parcel with words of its own.
func parcelInputs(t *testing.T, w *world, number string, nth int) []job.Input {
	r := usualRegistrationRecord()
	r.TrackingNumber = number
	inputs := []job.Input{benchInput(t, w, schemas.TopicRegistrations, day1, w.codecs.Registration, r)}
	for _, e := range usualEvents() {
		e.TrackingNumber, e.Description = number, fmt.Sprint(e.Description, " ", nth)
		inputs = append(inputs, benchInput(t, w, schemas.TopicCarrierEvents, e.ReceivedAt.Add(time.Second), w.codecs.CarrierEvent, e))
	}
	return inputs
}

// playOutputs gives all records of a parcel. They are kept past the calls that
// made them, as the runtime keeps them.
func playOutputs(t *testing.T, j *Job, tables map[string]any, inputs []job.Input) []job.Output {
	var all []job.Output
	var state any
	var wake time.Time
	run := func(now time.Time, do func(*job.Call) error) {
		c := job.NewCall(inputs[0].Key, 0, now, state, wake, tables)
		if err := errors.Join(do(c), job.Conclude(j, c)); err != nil {
			t.Error(err)
		}
		state, wake = c.State, c.WakeAt
		all = append(all, c.Outputs()...)
	}
	for _, in := range inputs {
		for !wake.IsZero() && !wake.After(in.Arrival) {
			run(wake, j.Wake)
		}
		run(in.Arrival, func(c *job.Call) error { return j.Process(c, in) })
	}
	return all
}
