package proof

import (
	"context"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Request is what of an HTTP request counts.
type Request struct {
	Method string
	Header http.Header
	Query  url.Values
	// Body is as it was signed, without a content coding.
	Body []byte
	// Time is when it came.
	Time time.Time
}

// Reason says why a request proves nothing; empty: it does prove who sent it.
type Reason string

// The reasons, from the one that is farthest from a proof to the nearest.
const (
	// Missing: a header is not there or empty.
	Missing Reason = "missing"
	// Malformed: a header is there twice, too long, or not as the scheme has it.
	Malformed Reason = "malformed"
	// Stale: the time that is signed is too far from ours.
	Stale Reason = "stale"
	// UnknownKey: there is no public key of that name.
	UnknownKey Reason = "unknown_key"
	// Mismatch: no secret makes that signature.
	Mismatch Reason = "mismatch"
)

// Reasons lists the reasons, the farthest from a proof first.
func Reasons() []Reason { return []Reason{Missing, Malformed, Stale, UnknownKey, Mismatch} }

// KeySet knows the public keys of a platform. It bounds by itself what asking
// for one may cost.
type KeySet interface {
	// Key returns the key of an id, or nil.
	Key(ctx context.Context, id string) *rsa.PublicKey
}

// DefaultWindow is how far from ours a signed time may lie.
const DefaultWindow = 5 * time.Minute

// Config says how requests are checked. Which of its fields a scheme takes,
// Schemes tells.
type Config struct {
	Scheme string
	// Secrets are valid at the same time. The first one signs.
	Secrets []string
	User    string
	// Header is where the signature or key is, or the parameter of a query.
	// Empty: where the scheme has it.
	Header string
	// Window is how far from ours a signed time may lie. 0: DefaultWindow.
	Window time.Duration
	Keys   KeySet
}

// Proof checks requests of one sender. It is safe for concurrent use.
type Proof struct {
	scheme *Scheme
	way    way
}

// way is how one scheme works.
type way interface {
	check(ctx context.Context, r *Request) Reason
	sign(r *Request) error
}

// New makes a Proof. The error says what the scheme needs and has not got, and
// repeats no secret.
func New(c Config) (*Proof, error) {
	s, err := find(c.Scheme)
	if err != nil {
		return nil, err
	}
	if err := s.takes(&c); err != nil {
		return nil, fmt.Errorf("setting up the scheme %s: %w", c.Scheme, err)
	}
	if c.Window == 0 {
		c.Window = DefaultWindow
	}
	w, err := s.make(&c)
	if err != nil {
		return nil, fmt.Errorf("setting up the scheme %s: %w", c.Scheme, err)
	}
	return &Proof{s, w}, nil
}

// Scheme is its scheme.
func (p *Proof) Scheme() *Scheme { return p.scheme }

// Check tells whether a request was sent by somebody who has a secret.
func (p *Proof) Check(ctx context.Context, r *Request) Reason { return p.way.check(ctx, r) }

// Sign puts into the headers or the query of a request what proves it at its
// time. The error says why nobody can do that here.
func (p *Proof) Sign(r *Request) error {
	if err := p.way.sign(r); err != nil {
		return fmt.Errorf("signing by the scheme %s: %w", p.scheme.Name, err)
	}
	return nil
}
