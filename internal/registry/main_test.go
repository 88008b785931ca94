package registry_test

import (
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
	"go.uber.org/goleak"

	"waybill/internal/registry"
	"waybill/schemas"
)

// patience bounds what a test waits for.
const patience = 5 * time.Minute

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// fake is a registry in this process that speaks the published protocol, as
// franz-go has it, and can be told to fail.
type fake struct {
	*srfake.Registry

	asked atomic.Int64
	fails atomic.Int64 // the status that every answer has; 0: as it should be
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{Registry: srfake.New()}
	t.Cleanup(f.Close)
	f.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		f.asked.Add(1)
		status := f.fails.Load()
		if status != 0 {
			http.Error(w, "out of order", int(status))
		}
		return status != 0
	})
	return f
}

// open makes a client of the registry at a URL.
func open(t *testing.T, url string, change ...func(*registry.Options)) *registry.Registry {
	t.Helper()
	o := registry.Options{URLs: []string{url}, Subjects: registry.ByTopic, Prefix: "test.", Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&o)
	}
	r, err := registry.New(o)
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

func avro(text string, references ...sr.SchemaReference) sr.Schema {
	return sr.Schema{Schema: text, Type: sr.TypeAvro, References: references}
}

// awaited asks until there is an answer.
func awaited(t *testing.T, r *registry.Registry, id uint32) (texts []string, err error) {
	t.Helper()
	require.Eventually(t, func() bool {
		texts, err = r.Schema(id)
		_, waits := errors.AsType[*schemas.NotYetError](err)
		return !waits
	}, patience, time.Millisecond)
	return texts, err
}

func withPrefix(prefix string) func(*registry.Options) {
	return func(o *registry.Options) { o.Prefix = prefix }
}
