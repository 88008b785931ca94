package api

import (
	"net/http"
	"slices"
	"strings"

	"waybill/internal/apikeys"
	"waybill/internal/audit"
	"waybill/schemas"
)

// route is one operation of the API.
type route struct {
	method, path string
	// scopes are those of which a key needs one; none: no key is needed.
	scopes []string
	do     func(*call) (*answer, error)
	// act is what it does to what there is, for the audit; empty: it asks.
	act string
	// bodyLimit bounds the body of a request, in bytes.
	bodyLimit int64
	// slash: the path is also known with a slash at its end.
	slash bool
}

// plain is a route whose bodies are small.
func plain(method, path string, scopes []string, do func(*call) (*answer, error)) route {
	return route{method: method, path: path, scopes: scopes, do: do, bodyLimit: maxBodyBytes}
}

// as is the route with what it does.
func (r route) as(act string) route {
	r.act = act
	return r
}

// pattern names the route in the router, the metrics and the log.
func (r route) pattern() string { return r.method + " " + r.path }

// call is one request to a route.
type call struct {
	*http.Request

	key    *apikeys.Key // nil where none is needed
	id     string       // the request's
	header http.Header  // of the answer
	limit  int64        // of the body, unpacked, bytes
	body   []byte       // once it was read
	route  *route       // nil where there is none
	begun  *audit.Act   // nil before anything is done
	room   *room
	took   int64 // of the room, bytes
}

// tenant is whose everything is that the call may see or change.
func (c *call) tenant() string { return c.key.Tenant }

// by is who asks, for the audit.
func (c *call) by() string { return "key " + c.key.ID }

// answer is what a route answers when nothing went wrong.
type answer struct {
	status int
	body   any // as JSON, but for a *file; nil: there is none
}

// file is a body that is not JSON.
type file struct {
	mediaType string
	data      []byte
}

func ok(body any) (*answer, error) { return &answer{status: http.StatusOK, body: body}, nil }

// routes are all that the API has.
func (a *API) routes() []route {
	look := []string{apikeys.ScopeRead}
	see := []string{apikeys.ScopeRead, apikeys.ScopeEndpoints}
	manage := []string{apikeys.ScopeEndpoints}
	const one, parcel = "/v4/endpoints/{id}", "/v4/trackings/{carrier}/{number}"
	return slices.Concat(a.writeRoutes(), []route{
		plain(http.MethodGet, "/v4/openapi.json", nil, a.openAPI),
		plain(http.MethodGet, "/v4/key", apikeys.Scopes(), a.getKey),
		plain(http.MethodGet, "/v4/audit", []string{apikeys.ScopeAdmin}, a.listAudit),
		plain(http.MethodGet, "/v4/pipeline", []string{apikeys.ScopeAdmin}, a.getPipeline),
		plain(http.MethodGet, "/v4/endpoints", see, a.listEndpoints),
		plain(http.MethodPost, "/v4/endpoints", manage, a.createEndpoint).as(schemas.ActEndpointCreate),
		plain(http.MethodGet, one, see, a.getEndpoint),
		plain(http.MethodPatch, one, manage, a.updateEndpoint).as(schemas.ActEndpointUpdate),
		plain(http.MethodDelete, one, manage, a.deleteEndpoint).as(schemas.ActEndpointDelete),
		plain(http.MethodPost, one+"/test", manage, a.testEndpoint).as(schemas.ActEndpointTest),
		plain(http.MethodPost, one+"/enable", manage, a.enableEndpoint).as(schemas.ActEndpointEnable),
		plain(http.MethodPost, one+"/disable", manage, a.disableEndpoint).as(schemas.ActEndpointDisable),
		plain(http.MethodPost, one+"/resume", manage, a.resumeEndpoint).as(schemas.ActEndpointResume),
		plain(http.MethodPost, one+"/rotate", manage, a.rotateEndpoint).as(schemas.ActEndpointRotate),
		plain(http.MethodGet, one+"/events", see, a.listEndpointEvents),
		plain(http.MethodGet, "/v4/attempts", look, a.listAttempts),
		plain(http.MethodGet, "/v4/events", look, a.listEvents),
		plain(http.MethodGet, "/v4/events/{id}", look, a.getEvent),
		plain(http.MethodPost, "/v4/redeliveries", manage, a.redeliver).as(schemas.ActWebhooksRedeliver),
		plain(http.MethodGet, "/v4/trackings", look, a.listTrackings),
		plain(http.MethodGet, parcel, look, a.getTracking),
		plain(http.MethodGet, parcel+"/explain", look, a.explainTracking),
		plain(http.MethodGet, "/v4/carriers", look, a.listCarriers),
		plain(http.MethodGet, "/v4/carriers/check", look, a.checkNumber),
		plain(http.MethodGet, "/v4/usage", look, a.usage),
		plain(http.MethodGet, "/v4/reports", look, a.listReports),
		plain(http.MethodGet, "/v4/reports/{name}", look, a.getReport),
		plain(http.MethodGet, "/tracks/{carrier}/{number}", look, a.getTrack),
		plain(http.MethodGet, "/v4/senders", see, a.listSenders),
	})
}

// handler routes requests. What matches no route is told what there is.
func (a *API) handler() http.Handler {
	mux := http.NewServeMux()
	methods := make(map[string][]string)
	for _, r := range a.all {
		mux.Handle(r.pattern(), a.serve(r.pattern(), r.bodyLimit, a.admit(&r)))
		if r.slash {
			mux.Handle(r.pattern()+"/{$}", a.serve(r.pattern(), r.bodyLimit, a.admit(&r)))
		}
		methods[r.path] = append(methods[r.path], r.method)
	}
	for path, known := range methods {
		if slices.Contains(known, http.MethodGet) {
			known = append(known, http.MethodHead) // the router answers it as GET
		}
		slices.Sort(known)
		allow := strings.Join(known, ", ")
		mux.Handle(path, a.serve(unknownRoute, maxBodyBytes, func(c *call) (*answer, error) {
			c.header.Set("Allow", allow)
			return nil, problem(http.StatusMethodNotAllowed, "%s is not for %s; there is %s", c.Method, path, allow)
		}))
	}
	if a.cfg.Inbound != nil {
		mux.Handle("/in/", a.cfg.Inbound)
	}
	if a.cfg.Console != nil {
		mux.Handle("GET /{$}", a.cfg.Console)
		mux.Handle("GET /console/", a.cfg.Console)
	}
	mux.Handle("/", a.serve(unknownRoute, maxBodyBytes, func(c *call) (*answer, error) {
		return nil, problem(http.StatusNotFound, "there is nothing at %s; /v4/openapi.json says what there is", c.URL.Path)
	}))
	return mux
}
