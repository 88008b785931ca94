package registry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"waybill/schemas"
)

const (
	// maxAnswers bounds what is remembered of ids, waiting ones apart.
	maxAnswers = 1000
	// maxReferences bounds the schemas that one refers to, and those these do.
	maxReferences = 100
	// refusalAge is how long it is remembered that there is no such schema, so
	// that a flood of made-up ids is no flood of questions.
	refusalAge = 10 * time.Second

	firstWait = 100 * time.Millisecond
	lastWait  = 5 * time.Second
)

// answer is what is known of an id.
type answer struct {
	texts []string
	err   error     // why it cannot be read, for good
	until time.Time // when err is to be forgotten
	cause error     // while there is neither: why the last question failed
}

func (a *answer) open() bool { return a.texts == nil && a.err == nil }

// Schema implements schemas.Registry: it asks in the background, again and again
// until there is an answer.
func (r *Registry) Schema(id uint32) ([]string, error) {
	if id > math.MaxInt32 {
		return nil, fmt.Errorf("%d is no id of a schema: ids have 31 bits", id)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.answers[id]
	if a == nil || a.err != nil && time.Now().After(a.until) {
		a = &answer{}
		r.remember(id, a)
		r.asking.Go(func() { r.ask(id, a) })
	}
	if a.open() {
		return nil, &schemas.NotYetError{ID: id, Cause: a.cause}
	}
	return a.texts, a.err
}

func (r *Registry) remember(id uint32, a *answer) {
	for other, old := range r.answers {
		if len(r.answers) < maxAnswers {
			break
		}
		if !old.open() {
			delete(r.answers, other)
		}
	}
	r.answers[id] = a
}

// ask asks for one schema until it is told, or told that there is none.
func (r *Registry) ask(id uint32, a *answer) {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		texts, err := r.fetch(r.ctx, int(id))
		if r.note(id, a, texts, err) {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-r.ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// note takes down what came of a question, and tells whether it was an answer.
func (r *Registry) note(id uint32, a *answer, texts []string, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && !final(err) {
		if r.ctx.Err() == nil && (a.cause == nil || a.cause.Error() != err.Error()) {
			r.log.Warn("the schema registry does not tell a schema; records wait for it", "schema", id, "error", err)
		}
		a.cause = err
		return false
	}
	if a.cause != nil {
		r.log.Info("the schema registry answers again", "schema", id)
	}
	a.texts, a.err, a.until, a.cause = texts, err, time.Now().Add(refusalAge), nil
	return true
}

// noSchemaError is an answer: there is nothing under an id that can be read.
type noSchemaError struct{ problem string }

func (e *noSchemaError) Error() string { return e.problem }

func final(err error) bool {
	_, is := errors.AsType[*noSchemaError](err)
	return is
}

// fetch returns a schema's text behind those that it refers to.
func (r *Registry) fetch(ctx context.Context, id int) ([]string, error) {
	s, err := r.client.SchemaByID(ctx, id)
	if unknown(err) {
		return nil, &noSchemaError{fmt.Sprintf("the schema registry at %s has no schema %d", r.url, id)}
	}
	if err != nil {
		return nil, r.failed(err)
	}
	if s.Type != sr.TypeAvro {
		return nil, &noSchemaError{fmt.Sprintf("schema %d of the schema registry is of type %s; Avro is wanted", id, s.Type)}
	}
	var before []string
	if err := r.fetchReferences(ctx, s, &before, 0); err != nil {
		return nil, err
	}
	return append(before, s.Schema), nil
}

func (r *Registry) fetchReferences(ctx context.Context, s sr.Schema, into *[]string, depth int) error {
	for _, ref := range s.References {
		if len(*into) >= maxReferences || depth >= maxReferences {
			return &noSchemaError{fmt.Sprintf("the schema refers to more than %d others", maxReferences)}
		}
		referred, err := r.client.SchemaByVersion(ctx, ref.Subject, ref.Version)
		if unknown(err) {
			return &noSchemaError{fmt.Sprintf("the schema refers to version %d of %s, which the schema registry at %s does not have", ref.Version, ref.Subject, r.url)}
		}
		if err != nil {
			return r.failed(err)
		}
		if err := r.fetchReferences(ctx, referred.Schema, into, depth+1); err != nil {
			return err
		}
		if !slices.Contains(*into, referred.Schema.Schema) {
			*into = append(*into, referred.Schema.Schema)
		}
	}
	return nil
}

// unknown tells whether the registry itself says that it does not have what it
// was asked for. A page that is not found may be another server's word.
func unknown(err error) bool {
	answer, ok := errors.AsType[*sr.ResponseError](err)
	return ok && answer.StatusCode == http.StatusNotFound && answer.ErrorCode/100 == http.StatusNotFound
}

// failed says what to do about a question that was not answered.
func (r *Registry) failed(err error) error {
	answer, ok := errors.AsType[*sr.ResponseError](err)
	switch {
	case !ok:
		if request, ok := errors.AsType[*url.Error](err); ok {
			err = request.Err // without the URL, once more
		}
		return fmt.Errorf("asking the schema registry at %s: %w", r.url, err)
	case answer.StatusCode == http.StatusUnauthorized, answer.StatusCode == http.StatusForbidden:
		return fmt.Errorf("asking the schema registry at %s: it answers %d; are --registry-user and --registry-password right?", r.url, answer.StatusCode)
	case answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("asking the schema registry at %s: there is none under that path (404); is --registry-url right? Apicurio's ends in /apis/ccompat/v7", r.url)
	}
	return fmt.Errorf("asking the schema registry at %s: it answers %d: %s", r.url, answer.StatusCode, strings.TrimSpace(answer.Error()))
}

// Waiting says what records wait for, or nothing ("").
func (r *Registry) Waiting() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, a := range r.answers {
		if a.open() && a.cause != nil {
			return fmt.Sprintf("records wait for schema %d: %v", id, a.cause)
		}
	}
	return ""
}
