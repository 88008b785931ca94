package listener

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// maxBodyBytes is what is read of a call; senders stay under 256 KiB.
const maxBodyBytes = 1 << 20

// Options say what to listen for.
type Options struct {
	// Secrets are the signing secrets of the endpoints that lead here. A call
	// is genuine when one of them signed it. At least one.
	Secrets []string
	// Earlier are verified calls of a run before this one. They count as if they
	// had come again, so that a restart forgets nothing.
	Earlier []Call
	// Faults say how verified calls are to be answered, if not well.
	Faults Faults
	// OnCall is told of every call once it has been judged, in several
	// goroutines at a time. Nil: nobody is.
	OnCall func(Call)
}

// Call is one received call.
type Call struct {
	// Path is the URL's path. Endpoints that lead to paths of their own are
	// told apart by it.
	Path string
	// Err says why the call was refused, nil if it was not. Only then do the
	// fields below hold what the webhook says.
	Err error
	// ID is the webhook's id; Again means that it was seen before.
	ID    string
	Again bool
	// Failed means that it was answered with a fault which was asked for, so
	// that it will come again.
	Failed bool
	// Answered is the HTTP status that it was answered with; 0: not at all.
	Answered int
	// Type, TrackingNumber, Status, Sequence and RegistrationID are those of the
	// body, in the words of its dialect: a Shippo body's type is track_updated.
	// Each is empty where the body has none. So are all of a body in no known
	// form, which is taken all the same.
	Type           string
	TrackingNumber string
	Status         string
	Sequence       int64
	RegistrationID string
	Body           []byte
}

// Listener is an http.Handler that takes webhooks. It answers 204 to what it
// could verify, also when it comes again and when its form is not known, 401 to
// what it could not, and 400 to what has another id within than without.
type Listener struct {
	verifiers []*standardwebhooks.Webhook
	onCall    func(Call)
	faults    faults
	ledger    ledger
}

// New makes a listener. It fails when a secret or the faults cannot be used.
func New(o Options) (*Listener, error) {
	if len(o.Secrets) == 0 {
		return nil, errors.New("making a webhook listener: there is no secret")
	}
	if err := o.Faults.Validate(); err != nil {
		return nil, fmt.Errorf("making a webhook listener: %w", err)
	}
	l := &Listener{onCall: o.OnCall, faults: faults{Faults: o.Faults}}
	for i, secret := range o.Secrets {
		v, err := standardwebhooks.NewWebhook(secret)
		if err != nil || strings.TrimPrefix(secret, "whsec_") == "" {
			return nil, fmt.Errorf("making a webhook listener: secret %d is empty or no base64", i+1)
		}
		l.verifiers = append(l.verifiers, v)
	}
	for i := range o.Earlier {
		l.ledger.record(&o.Earlier[i])
	}
	return l, nil
}

// Snapshot returns the counts so far.
func (l *Listener) Snapshot() Snapshot { return l.ledger.snapshot() }

// ServeHTTP implements http.Handler.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "webhooks come by POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		http.Error(w, "the body cannot be read, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	call := l.judge(r, body)
	usual, faulty := call.Answered, call.Err == nil && l.faults.meets()
	if faulty {
		call.Answered = l.faults.status(usual)
		call.Failed = call.Answered < 200 || call.Answered > 299
	}
	l.ledger.record(&call)
	if l.onCall != nil {
		l.onCall(call)
	}
	switch {
	case faulty:
		l.faults.answer(w, r, usual)
	case call.Err != nil:
		http.Error(w, call.Err.Error(), call.Answered)
	default:
		w.WriteHeader(call.Answered)
	}
}

// judge verifies a call, reads what it says, and says how to answer it.
// Nothing of the body is read before its signature was found to be right.
func (l *Listener) judge(r *http.Request, body []byte) Call {
	call := Call{Path: r.URL.Path}
	if call.Err = l.verify(r.Header, body); call.Err != nil {
		call.Answered = http.StatusUnauthorized
		return call
	}
	call.ID, call.Body = r.Header.Get(standardwebhooks.HeaderWebhookID), body
	said := read(body)
	if said.id != "" && said.id != call.ID {
		call.Err = fmt.Errorf("reading the body of webhook %s: its id is %q there", call.ID, said.id)
		call.Answered = http.StatusBadRequest
		return call
	}
	call.Type, call.TrackingNumber, call.Status = said.kind, said.number, said.status
	call.Sequence, call.RegistrationID = said.sequence, said.registrationID
	call.Answered = http.StatusNoContent
	return call
}

// verify fails when none of the secrets signed a call, with a sentence that
// says where to look.
func (l *Listener) verify(header http.Header, body []byte) (err error) {
	for _, v := range l.verifiers {
		if err = v.Verify(body, header); err == nil {
			return nil
		}
	}
	switch {
	case errors.Is(err, standardwebhooks.ErrRequiredHeaders):
		return fmt.Errorf("%w; is it from Waybill, and does a proxy in between pass the headers webhook-id, webhook-timestamp and webhook-signature on?", err)
	case errors.Is(err, standardwebhooks.ErrMessageTooOld), errors.Is(err, standardwebhooks.ErrMessageTooNew):
		return fmt.Errorf("%w; are the clocks of both sides right?", err)
	case errors.Is(err, standardwebhooks.ErrNoMatchingSignature):
		return fmt.Errorf("%w; is the secret that of the endpoint whose URL leads here, and does a proxy in between leave the body as it is?", err)
	}
	return err
}
