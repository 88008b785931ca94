package listener

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Faults say how a listener misbehaves towards calls that it could verify, so
// that one can see what the sender makes of it. What is answered with a fault
// does not count as taken. The zero value is none.
type Faults struct {
	// Status is answered in place of 204; 0 means none.
	Status int
	// RetryAfter is said along with Status, in whole seconds, rounded up; 0
	// means not.
	RetryAfter time.Duration
	// Delay comes before every answer.
	Delay time.Duration
	// Hang gives no answer until the caller gives up.
	Hang bool
	// Drip answers 200 and then a byte a second that never ends. The answer
	// counts from its status on, so such a call is taken.
	Drip bool
	// Reset closes the connection without an answer.
	Reset bool
	// First bounds the fault to that many verified calls; 0 means all.
	First int
	// Every makes only each such call meet it: 3 is each third; 0 and 1 mean
	// all.
	Every int
}

// Validate refuses what cannot be meant.
func (f Faults) Validate() error {
	kinds := 0
	for _, chosen := range []bool{f.Status != 0, f.Hang, f.Drip, f.Reset} {
		if chosen {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return errors.New("choose one of a status, hang, drip and reset")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("the status is %d; it may be from 200 to 599", f.Status)
	case f.RetryAfter < 0 || f.Delay < 0 || f.First < 0 || f.Every < 0:
		return errors.New("waits and counts must not be negative")
	case f.RetryAfter > 0 && f.Status == 0:
		return errors.New("a time to try again after goes with a status, such as 503")
	case kinds == 0 && f.Delay == 0 && (f.First > 0 || f.Every > 0):
		return errors.New("there is no fault for those calls to meet")
	}
	return nil
}

// faults applies Faults to calls, in the order in which they come.
type faults struct {
	Faults
	calls atomic.Int64
}

// meets tells whether the next call meets the fault.
func (f *faults) meets() bool {
	n := f.calls.Add(1)
	return (f.First == 0 || n <= int64(f.First)) && (f.Every < 2 || n%int64(f.Every) == 0)
}

// status is what a call that meets the fault is answered with, in place of
// usual; 0 when there is no answer at all.
func (f *faults) status(usual int) int {
	switch {
	case f.Hang, f.Reset:
		return 0
	case f.Drip:
		return http.StatusOK
	case f.Status != 0:
		return f.Status
	}
	return usual
}

// answer answers a call that meets the fault. The context of r ends when its
// caller gives up, or the server stops.
func (f *faults) answer(w http.ResponseWriter, r *http.Request, usual int) {
	if f.Delay > 0 && !pause(r, f.Delay) {
		return
	}
	switch {
	case f.Hang:
		<-r.Context().Done()
	case f.Reset:
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = connection.Close()
		}
	case f.Drip:
		drip(w, r)
	default:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
		}
		w.WriteHeader(f.status(usual))
	}
}

// pause waits, and tells whether the call is still there.
func pause(r *http.Request, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func drip(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	answer := http.NewResponseController(w)
	for pause(r, time.Second) {
		if _, err := w.Write([]byte(".")); err != nil {
			return
		}
		if err := answer.Flush(); err != nil {
			return
		}
	}
}
