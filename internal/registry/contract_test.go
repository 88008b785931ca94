package registry_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"

	"waybill/internal/registry"
	"waybill/schemas"
)

func versionsOfAll(t *testing.T) (n int) {
	t.Helper()
	records, err := schemas.Records()
	require.NoError(t, err)
	for _, r := range records {
		n += len(r.Versions)
	}
	return n
}

// conforms is what must hold on any registry that speaks the protocol.
func conforms(t *testing.T, url string) {
	t.Helper()
	r := open(t, url)
	_, err := r.IDs(t.Context())
	require.ErrorContains(t, err, "subject test.tracking-events-value does not have it; `waybill schemas register` puts it there")
	before, err := r.Check(t.Context())
	require.NoError(t, err)
	for _, s := range before {
		require.Len(t, s.Problems, 1, s.Subject)
		require.Contains(t, s.Problems[0], "is not registered; `waybill schemas register` puts it there")
	}

	records, err := schemas.Records()
	require.NoError(t, err)
	would, err := r.Register(t.Context(), true)
	require.NoError(t, err)
	did, err := r.Register(t.Context(), false)
	require.NoError(t, err)
	require.Len(t, did, versionsOfAll(t)+len(records), "each version, and the level of each subject")
	require.Len(t, would, len(did))
	again, err := r.Register(t.Context(), false)
	require.NoError(t, err)
	require.Empty(t, again)

	after, err := r.Check(t.Context())
	require.NoError(t, err)
	for _, s := range after {
		require.Empty(t, s.Problems, s.Subject)
		require.Zero(t, s.Others, s.Subject)
		require.Equal(t, "BACKWARD_TRANSITIVE", s.Level)
	}
	ids, err := r.IDs(t.Context())
	require.NoError(t, err)
	require.Len(t, ids, 7)
	fresh := open(t, url)
	for _, step := range did {
		if step.Version == 0 {
			continue
		}
		record, err := schemas.FindRecord(step.Record)
		require.NoError(t, err)
		texts, err := awaited(t, fresh, step.ID)
		require.NoError(t, err)
		require.JSONEq(t, record.Versions[step.Version-1], texts[0])
	}
	_, err = awaited(t, fresh, 987654)
	require.EqualError(t, err, "the schema registry at "+url+" has no schema 987654")
}

func TestTheContractInAFakeRegistry(t *testing.T) { conforms(t, newFake(t).URL()) }

// A newer version of the registry stays the latest: what is older than it stays
// out.
func TestOlderVersionsAreNotMadeTheLatest(t *testing.T) {
	f := newFake(t)
	shipment, err := schemas.FindRecord("shipments")
	require.NoError(t, err)
	f.SeedSchema("test.shipments-value", 1, 1, avro(shipment.Versions[2]))
	steps, err := open(t, f.URL()).Register(t.Context(), false)
	require.NoError(t, err)
	var versions []int
	for _, s := range steps {
		if s.Record == "Shipment" && s.Version > 0 {
			versions = append(versions, s.Version)
		}
	}
	require.Equal(t, []int{4}, versions)
}

// What others have registered under a subject is read as Waybill would have to.
func TestCheckReadsTheVersionsOfOthers(t *testing.T) {
	f := newFake(t)
	r := open(t, f.URL())
	_, err := r.Register(t.Context(), false)
	require.NoError(t, err)
	f.SeedSchema("test.carrier-events-value", 7, 700, avro(event))
	f.SeedSchema("test.carrier-events-value", 8, 800, avro(`{"type":"record","name":"CarrierEvent","fields":[]}`))
	require.NoError(t, f.SetCompat("test.carrier-events-value", sr.CompatForward))
	all, err := r.Check(t.Context())
	require.NoError(t, err)
	for _, s := range all {
		if s.Record != "CarrierEvent" {
			require.Empty(t, s.Problems, s.Subject)
			continue
		}
		require.Equal(t, 2, s.Others)
		require.Len(t, s.Problems, 2)
		require.Contains(t, s.Problems[0], "its compatibility is FORWARD, should be BACKWARD_TRANSITIVE")
		require.Contains(t, s.Problems[1], "version 8 there (id 800) is not ours and cannot be read: ")
	}
}

func TestSubjectsByRecord(t *testing.T) {
	f := newFake(t)
	r := open(t, f.URL(), func(o *registry.Options) { o.Subjects = registry.ByRecord })
	_, err := r.Register(t.Context(), false)
	require.NoError(t, err)
	require.True(t, f.SubjectExists("waybill.v1.Registration"))
	require.False(t, f.SubjectExists("test.registrations-value"))
}
