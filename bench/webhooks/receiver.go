package webhooks

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"waybill/bench/rig"
	"waybill/sinks/webhook"
)

// ReceiverKind is the kind of a process that receives webhooks.
const ReceiverKind = "receiver"

// ReceiverOrder is what such a process is told.
type ReceiverOrder struct {
	// Webhooks is how many there are: their numbers lie below it.
	Webhooks int `json:"webhooks"`
	// Hang is the number of endpoints, from the first, that take a call and
	// never answer, until they are woken.
	Hang int `json:"hang"`
	// Delay is how long the others take for an answer.
	Delay time.Duration `json:"delay"`
}

// receiver takes webhooks and notes when each came first. It answers two
// requests of its parent's besides: awaitPath and timesPath; and wakePath.
type receiver struct {
	rig.Background
	ReceiverOrder
	listener net.Listener
	came     []atomic.Int64 // by number: when first, Unix nanoseconds; 0: not yet
	repeats  atomic.Int64
	awake    chan struct{} // closed when those that hang are woken
	gate     chan struct{} // closed when callers may begin
	once     [2]sync.Once

	mu      sync.Mutex
	answers int                   // different webhooks that were answered
	waits   map[int]chan struct{} // closed when there are as many
}

// The paths of the parent's requests.
const (
	endpointPath = "/endpoint/"
	awaitPath    = "/await" // ?count=N: answers when N different webhooks have come and been answered
	timesPath    = "/times" // when each came, 8 bytes big-endian, and how many came again
	wakePath     = "/wake"  // those that hang answer from now on
	gatePath     = "/gate"  // answers when openPath has been called
	openPath     = "/open"
)

// NewReceiver makes what the process runs. When it is ready it says its
// address.
func NewReceiver(o *ReceiverOrder) (rig.Measured, error) {
	return &receiver{
		ReceiverOrder: *o, came: make([]atomic.Int64, o.Webhooks), awake: make(chan struct{}), gate: make(chan struct{}),
		waits: map[int]chan struct{}{},
	}, nil
}

// Prepare implements rig.Measured.
func (r *receiver) Prepare(ctx context.Context) (_ any, err error) {
	var config net.ListenConfig
	if r.listener, err = config.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listening for webhooks: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc(endpointPath+"{number}", r.receive)
	mux.HandleFunc(awaitPath, r.await)
	mux.HandleFunc(timesPath, r.times)
	mux.HandleFunc(wakePath, func(http.ResponseWriter, *http.Request) { r.once[0].Do(func() { close(r.awake) }) })
	mux.HandleFunc(openPath, func(http.ResponseWriter, *http.Request) { r.once[1].Do(func() { close(r.gate) }) })
	mux.HandleFunc(gatePath, func(_ http.ResponseWriter, q *http.Request) { wait(q.Context(), r.gate) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	r.Start(ctx, func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(r.listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("receiving webhooks: %w", err)
		}
		return nil
	})
	return r.listener.Addr().String(), nil
}

// receive takes one webhook. One that nobody answers has not come.
func (r *receiver) receive(w http.ResponseWriter, q *http.Request) {
	endpoint, err := strconv.Atoi(q.PathValue("number"))
	body, cut := io.ReadAll(q.Body)
	now := time.Now().UnixNano()
	number := numberOf(q.Header.Get(webhook.HeaderID))
	if number < 0 {
		number = parcelIn(body)
	}
	if err != nil || cut != nil || number < 0 || number >= len(r.came) {
		http.Error(w, "no webhook of this bench", http.StatusBadRequest)
		return
	}
	if endpoint < r.Hang && !wait(q.Context(), r.awake) {
		return
	}
	if r.Delay > 0 && !rig.Pause(q.Context(), r.Delay) {
		return
	}
	w.WriteHeader(http.StatusNoContent)
	if !r.came[number].CompareAndSwap(0, now) {
		r.repeats.Add(1)
		return
	}
	r.count()
}

func (r *receiver) count() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers++
	if waits := r.waits[r.answers]; waits != nil {
		close(waits)
		delete(r.waits, r.answers)
	}
}

// await answers when as many have come as the parent waits for.
func (r *receiver) await(w http.ResponseWriter, q *http.Request) {
	count, err := strconv.Atoi(q.FormValue("count"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if there := r.reached(count); there != nil {
		wait(q.Context(), there)
	}
}

// reached is closed when so many have come; nil when they have.
func (r *receiver) reached(count int) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers >= count {
		return nil
	}
	if r.waits[count] == nil {
		r.waits[count] = make(chan struct{})
	}
	return r.waits[count]
}

func (r *receiver) times(w http.ResponseWriter, _ *http.Request) {
	answer := make([]byte, 0, 8*len(r.came)+8)
	for i := range r.came {
		answer = binary.BigEndian.AppendUint64(answer, uint64(r.came[i].Load()))
	}
	_, _ = w.Write(binary.BigEndian.AppendUint64(answer, uint64(r.repeats.Load())))
}

// wait waits for a channel to close; false when ctx ends before.
func wait(ctx context.Context, c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}
