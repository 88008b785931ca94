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
	ledger    ledger
}

// New makes a listener. It fails when a secret cannot be used.
func New(o Options) (*Listener, error) {
	if len(o.Secrets) == 0 {
		return nil, errors.New("making a webhook listener: there is no secret")
	}
	l := &Listener{onCall: o.OnCall}
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
	call, status := l.judge(r, body)
	l.ledger.record(&call)
	if l.onCall != nil {
		l.onCall(call)
	}
	if call.Err != nil {
		http.Error(w, call.Err.Error(), status)
		return
	}
	w.WriteHeader(status)
}

// judge verifies a call, reads what it says, and gives the status to answer.
// Nothing of the body is read before its signature was found to be right.
func (l *Listener) judge(r *http.Request, body []byte) (Call, int) {
	call := Call{Path: r.URL.Path}
	if call.Err = l.verify(r.Header, body); call.Err != nil {
		return call, http.StatusUnauthorized
	}
	call.ID, call.Body = r.Header.Get(standardwebhooks.HeaderWebhookID), body
	said := read(body)
	if said.id != "" && said.id != call.ID {
		call.Err = fmt.Errorf("reading the body of webhook %s: its id is %q there", call.ID, said.id)
		return call, http.StatusBadRequest
	}
	call.Type, call.TrackingNumber, call.Status = said.kind, said.number, said.status
	call.Sequence, call.RegistrationID = said.sequence, said.registrationID
	return call, http.StatusNoContent
}

func (l *Listener) verify(header http.Header, body []byte) (err error) {
	for _, v := range l.verifiers {
		if err = v.Verify(body, header); err == nil {
			return nil
		}
	}
	return err
}
