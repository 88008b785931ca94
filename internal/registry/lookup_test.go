package registry_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"

	"waybill/internal/registry"
	"waybill/schemas"
)

const event = `{"type":"record","name":"CarrierEvent","fields":[{"name":"carrier","type":"string"},{"name":"tracking_number","type":"string"},{"name":"occurred_at","type":"long"}]}`

func TestASchemaIsAskedForOnce(t *testing.T) {
	f := newFake(t)
	f.SeedSchema("mine", 1, 40, avro(event))
	r := open(t, f.URL())
	_, err := r.Schema(40)
	var waits *schemas.NotYetError
	require.ErrorAs(t, err, &waits, "it does not wait for the answer")
	for range 100 {
		texts, err := awaited(t, r, 40)
		require.NoError(t, err)
		require.Equal(t, []string{event}, texts)
	}
	require.EqualValues(t, 1, f.asked.Load())
}

func TestAnswersThatAreFinal(t *testing.T) {
	f := newFake(t)
	f.SeedSchema("json", 1, 1, sr.Schema{Schema: `{"type":"object"}`, Type: sr.TypeJSON})
	r := open(t, f.URL())
	for id, says := range map[uint32]string{
		1:                 "schema 1 of the schema registry is of type JSON; Avro is wanted",
		2:                 "the schema registry at " + f.URL() + " has no schema 2",
		math.MaxInt32 + 1: "2147483648 is no id of a schema: ids have 31 bits",
	} {
		_, err := awaited(t, r, id)
		require.EqualError(t, err, says)
	}
	asked := f.asked.Load()
	_, err := r.Schema(2)
	require.ErrorContains(t, err, "has no schema 2", "it is remembered for a while")
	require.Equal(t, asked, f.asked.Load())
	require.Empty(t, r.Waiting())
}

func TestReferencesComeFirst(t *testing.T) {
	const place = `{"type":"record","name":"Place","fields":[{"name":"city","type":"string"}]}`
	const visit = `{"type":"record","name":"Visit","fields":[{"name":"at","type":"Place"}]}`
	f := newFake(t)
	f.SeedSchema("place", 1, 1, avro(place))
	f.SeedSchema("visit", 1, 2, avro(visit, sr.SchemaReference{Name: "Place", Subject: "place", Version: 1}))
	f.SeedSchema("trip", 1, 3, avro(event, sr.SchemaReference{Name: "Visit", Subject: "visit", Version: 1}, sr.SchemaReference{Name: "Place", Subject: "place", Version: 1}))
	texts, err := awaited(t, open(t, f.URL()), 3)
	require.NoError(t, err)
	require.Equal(t, []string{place, visit, event}, texts)
}

// A registry that is away, overloaded, or does not let us in says nothing about
// a schema: whoever needs it waits, and is told why.
func TestARegistryThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	for status, says := range map[int]string{
		http.StatusServiceUnavailable: "it answers 503: out of order",
		http.StatusUnauthorized:       "it answers 401; are --registry-user and --registry-password right?",
		http.StatusNotFound:           "is --registry-url right?",
	} {
		f := newFake(t)
		f.SeedSchema("mine", 1, 7, avro(event))
		f.fails.Store(int64(status))
		r := open(t, f.URL())
		var err error
		require.Eventually(t, func() bool {
			_, err = r.Schema(7)
			return r.Waiting() != ""
		}, patience, time.Millisecond)
		_, err = r.Schema(7)
		var waits *schemas.NotYetError
		require.ErrorAs(t, err, &waits)
		require.ErrorContains(t, err, says)
		require.Contains(t, r.Waiting(), "records wait for schema 7: ")

		f.fails.Store(0)
		texts, err := awaited(t, r, 7)
		require.NoError(t, err)
		require.Equal(t, []string{event}, texts)
		require.Empty(t, r.Waiting())
	}
}

func TestUserAndPassword(t *testing.T) {
	f := newFake(t)
	f.SeedSchema("mine", 1, 7, avro(event))
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		user, password, _ := r.BasicAuth()
		if user == "waybill" && password == "hunter2" {
			return false
		}
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return true
	})
	texts, err := awaited(t, open(t, f.URL(), func(o *registry.Options) { o.User, o.Password = "waybill", "hunter2" }), 7)
	require.NoError(t, err)
	require.Len(t, texts, 1)
}

// Codecs read what was written under a schema as soon as it is known.
func TestDecodeWaitsForTheSchema(t *testing.T) {
	f := newFake(t)
	f.SeedSchema("mine", 1, 7, avro(event))
	codecs, err := schemas.Confluent{Registry: open(t, f.URL())}.NewCodecs()
	require.NoError(t, err)
	got, err := registry.Decode(t.Context(), codecs.CarrierEvent, []byte{0, 0, 0, 0, 7, 2, 'x', 2, '1', 0})
	require.NoError(t, err)
	require.Equal(t, "x", got.Carrier)
}
