package api

import (
	"net/http"
	"slices"
	"strings"

	"waybill/internal/apikeys"
)

// route is one operation of the API.
type route struct {
	method, path string
	// scopes are those of which a key needs one; none: no key is needed.
	scopes []string
	do     func(*call) (*answer, error)
}

// pattern names the route in the router, the metrics and the log.
func (r *route) pattern() string { return r.method + " " + r.path }

// call is one request to a route.
type call struct {
	*http.Request

	key    *apikeys.Key // nil where none is needed
	id     string       // the request's
	header http.Header  // of the answer
	body   []byte       // once it was read
}

// tenant is whose everything is that the call may see or change.
func (c *call) tenant() string { return c.key.Tenant }

// by is who asks, for the audit.
func (c *call) by() string { return "key " + c.key.ID }

// answer is what a route answers when nothing went wrong.
type answer struct {
	status int
	body   any // as JSON; nil: there is none
}

func ok(body any) (*answer, error) { return &answer{status: http.StatusOK, body: body}, nil }

// routes are all that the API has.
func (a *API) routes() []route {
	look := []string{apikeys.ScopeRead}
	see := []string{apikeys.ScopeRead, apikeys.ScopeEndpoints}
	manage := []string{apikeys.ScopeEndpoints}
	const one = "/v4/endpoints/{id}"
	return []route{
		{http.MethodGet, "/v4/openapi.json", nil, a.openAPI},
		{http.MethodGet, "/v4/endpoints", see, a.listEndpoints},
		{http.MethodPost, "/v4/endpoints", manage, a.createEndpoint},
		{http.MethodGet, one, see, a.getEndpoint},
		{http.MethodPatch, one, manage, a.updateEndpoint},
		{http.MethodDelete, one, manage, a.deleteEndpoint},
		{http.MethodPost, one + "/test", manage, a.testEndpoint},
		{http.MethodPost, one + "/enable", manage, a.enableEndpoint},
		{http.MethodPost, one + "/disable", manage, a.disableEndpoint},
		{http.MethodPost, one + "/resume", manage, a.resumeEndpoint},
		{http.MethodPost, one + "/rotate", manage, a.rotateEndpoint},
		{http.MethodGet, one + "/events", see, a.listEndpointEvents},
		{http.MethodGet, "/v4/attempts", look, a.listAttempts},
		{http.MethodGet, "/v4/events", look, a.listEvents},
		{http.MethodGet, "/v4/events/{id}", look, a.getEvent},
		{http.MethodPost, "/v4/redeliveries", manage, a.redeliver},
		{http.MethodGet, "/v4/senders", see, a.listSenders},
	}
}

// handler routes requests. What matches no route is told what there is.
func (a *API) handler() http.Handler {
	mux := http.NewServeMux()
	methods := make(map[string][]string)
	for _, r := range a.all {
		mux.Handle(r.pattern(), a.serve(r.pattern(), a.admit(&r)))
		methods[r.path] = append(methods[r.path], r.method)
	}
	for path, known := range methods {
		if slices.Contains(known, http.MethodGet) {
			known = append(known, http.MethodHead) // the router answers it as GET
		}
		slices.Sort(known)
		allow := strings.Join(known, ", ")
		mux.Handle(path, a.serve(unknownRoute, func(c *call) (*answer, error) {
			c.header.Set("Allow", allow)
			return nil, problem(http.StatusMethodNotAllowed, "%s is not for %s; there is %s", c.Method, path, allow)
		}))
	}
	if a.cfg.Inbound != nil {
		mux.Handle("/in/", a.cfg.Inbound)
	}
	mux.Handle("/", a.serve(unknownRoute, func(c *call) (*answer, error) {
		return nil, problem(http.StatusNotFound, "there is nothing at %s; /v4/openapi.json says what there is", c.URL.Path)
	}))
	return mux
}
