package webhooklog

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"waybill/internal/listing"
	"waybill/schemas"
)

func testContext(t fataler) context.Context {
	if t, ok := t.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	return context.Background()
}

// ids reads one page and gives what is on it, and where the next begins.
func ids(t fataler, l *Log, tenant string, f FeedFilter) (got []string, next string, more bool) {
	t.Helper()
	page, err := l.Feed(testContext(t), tenant, f)
	require.NoError(t, err)
	for _, w := range page.Webhooks {
		got = append(got, w.WebhookID)
	}
	return got, page.Next, page.More
}

// One partition is behind. What comes of it later is older than what was read,
// and is not behind the reader.
func TestFeedWaitsForNoPartitionAndMissesNone(t *testing.T) {
	b := newBed(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	minute := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
	job := func(id string) schemas.WebhookJob { return schemas.WebhookJob{Tenant: "shop", JobID: id} }
	a1, a3 := b.webhook(t, 0, minute(1), job("a1")), b.webhook(t, 0, minute(3), job("a3"))
	b2, b4 := b.webhook(t, 1, minute(2), job("b2")), b.webhook(t, 1, minute(4), job("b4"))
	other := b.webhook(t, 1, minute(5), schemas.WebhookJob{Tenant: "other", JobID: "o5"})

	b.load(t, a1, a3)
	got, next, more := ids(t, b.log, "shop", FeedFilter{})
	require.Equal(t, []string{"a1", "a3"}, got)
	require.False(t, more)
	b.load(t, b2, b4, other)
	got, next, _ = ids(t, b.log, "shop", FeedFilter{After: next})
	require.Equal(t, []string{"b2", "b4"}, got)
	got, last, _ := ids(t, b.log, "shop", FeedFilter{After: next})
	require.Empty(t, got)
	b.load(t, b2, b4) // a batch again, after a crash before its commit
	got, _, _ = ids(t, b.log, "shop", FeedFilter{After: last})
	require.Empty(t, got)

	// Who comes later gets them in the order of arrival, page by page.
	got, next, more = ids(t, b.log, "shop", FeedFilter{Limit: 3})
	require.Equal(t, []string{"a1", "b2", "a3"}, got)
	require.True(t, more)
	got, _, more = ids(t, b.log, "shop", FeedFilter{Limit: 3, After: next})
	require.Equal(t, []string{"b4"}, got)
	require.False(t, more)

	// A partition that is new, as after a reshard, is read from its beginning.
	b.load(t, b.webhook(t, 7, minute(0), job("c0")))
	got, _, _ = ids(t, b.log, "shop", FeedFilter{After: last})
	require.Equal(t, []string{"c0"}, got)
}

func TestFeedIsWhatWasSent(t *testing.T) {
	b := newBed(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC()
	body := []byte("{\"id\": \"w1\",\n \"name\": \"Zoë \\u0000\"}")
	one := schemas.WebhookJob{
		Tenant: "shop", JobID: "w1", EndpointID: "ep_2", Carrier: "alpha", TrackingNumber: "A1", RegistrationID: "r1", Sequence: 4, Revision: 9,
		Type: schemas.TypeDelayed, Types: []string{schemas.TypeDelayed, schemas.TypeEvent}, Body: body,
	}
	b.load(t, b.webhook(t, 0, at, one), b.webhook(t, 0, at, schemas.WebhookJob{Tenant: "shop", JobID: "w2"}))
	page, err := b.log.Feed(t.Context(), "shop", FeedFilter{})
	require.NoError(t, err)
	require.Len(t, page.Webhooks, 2)
	require.Equal(t, Webhook{
		WebhookID: "w1", EndpointID: "ep_2", Type: schemas.TypeDelayed, Types: one.Types, Carrier: "alpha", TrackingNumber: "A1",
		RegistrationID: "r1", Sequence: 4, Revision: 9, CreatedAt: at, ArrivedAt: at, Body: body,
	}, page.Webhooks[0])
	for _, test := range []struct {
		filter FeedFilter
		want   []string
	}{
		{FeedFilter{EndpointID: "ep_2"}, []string{"w1"}},
		{FeedFilter{EndpointID: "ep_3"}, nil},
		{FeedFilter{Types: []string{schemas.TypeEvent}}, []string{"w1"}},
		{FeedFilter{Types: []string{schemas.TypeDelivered, schemas.TypeStalled}}, []string{"w2"}},
		{FeedFilter{EndpointID: "' OR 1 = 1 --"}, nil},
	} {
		got, next, _ := ids(t, b.log, "shop", test.filter)
		require.Equal(t, test.want, got, test.filter)
		test.filter.After = next
		got, _, _ = ids(t, b.log, "shop", test.filter)
		require.Empty(t, got)
	}
	got, _, _ := ids(t, b.log, "another", FeedFilter{})
	require.Empty(t, got)
}

func TestFeedRefusesWhatIsNoCursorOfIts(t *testing.T) {
	b := newBed(t)
	at := time.Now().Add(-time.Hour)
	b.load(t, b.webhook(t, 0, at, schemas.WebhookJob{Tenant: "shop", JobID: "w1"}), b.webhook(t, 0, at, schemas.WebhookJob{Tenant: "shop", JobID: "w2"}))
	_, first, _ := ids(t, b.log, "shop", FeedFilter{Limit: 1})
	_, end, _ := ids(t, b.log, "shop", FeedFilter{})
	for _, test := range []struct {
		name, tenant string
		filter       FeedFilter
		says         string
	}{
		{"nobody's", "", FeedFilter{}, "tenant: it is empty"},
		{"garbage", "shop", FeedFilter{After: "garbage"}, "after: it is no cursor"},
		{"cut off", "shop", FeedFilter{After: end[:len(end)-1]}, "after: it is no cursor"},
		{"someone else's", "other", FeedFilter{After: end}, "after: this cursor is of another question"},
		{"of other types", "shop", FeedFilter{After: end, Types: []string{"x"}}, "after: this cursor is of another question"},
		{"of another endpoint", "shop", FeedFilter{After: end, EndpointID: "ep_1"}, "after: this cursor is of another question"},
		{"too many", "shop", FeedFilter{Limit: 1001}, "limit: it is 1001; a page has 1 to 1000"},
		{"too few", "shop", FeedFilter{Limit: -1}, "limit: it is -1"},
	} {
		_, err := b.log.Feed(t.Context(), test.tenant, test.filter)
		var wrong *listing.InputError
		require.ErrorAs(t, err, &wrong, test.name)
		require.ErrorContains(t, err, test.says, test.name)
	}
	// A reader in the middle is as old as what it has had, one at the end as its
	// last question.
	b.log.now = func() time.Time { return at.Add(cursorLife + time.Minute) }
	_, err := b.log.Feed(t.Context(), "shop", FeedFilter{After: first})
	require.ErrorIs(t, err, ErrCursorExpired)
	got, _, _ := ids(t, b.log, "shop", FeedFilter{After: end})
	require.Empty(t, got)
	b.log.now = func() time.Time { return time.Now().Add(cursorLife + time.Minute) }
	_, err = b.log.Feed(t.Context(), "shop", FeedFilter{After: end})
	require.ErrorIs(t, err, ErrCursorExpired)
}

// Whatever comes in between the pages, and however far the clocks of those who
// write are apart: the pages together are everything, each once, and within a
// partition in its order, which is a shipment's sequence.
func TestFeedIsEverythingOnce(t *testing.T) {
	b := newBed(t)
	start := time.Now().Add(-24 * time.Hour).Truncate(time.Millisecond)
	rapid.Check(t, func(t *rapid.T) {
		tenant, sent, read, next := uuid.NewString(), 0, make(map[int32][]string), ""
		written := make(map[int32][]string)
		page := func(limit int) (more bool) {
			f := FeedFilter{After: next, Limit: limit}
			webhooks, err := b.log.Feed(testContext(t), tenant, f)
			require.NoError(t, err)
			for _, w := range webhooks.Webhooks {
				partition := int32(w.Revision)
				read[partition] = append(read[partition], w.WebhookID)
			}
			next = webhooks.Next
			return webhooks.More
		}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "read") {
				page(rapid.IntRange(1, 5).Draw(t, "limit"))
				continue
			}
			var batch []*kgo.Record
			for range rapid.IntRange(1, 8).Draw(t, "batch") {
				sent++
				partition := rapid.Int32Range(0, 3).Draw(t, "partition")
				at := start.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "clock")) * time.Second)
				id := fmt.Sprint("w", sent)
				written[partition] = append(written[partition], id)
				batch = append(batch, b.webhook(t, partition, at, schemas.WebhookJob{Tenant: tenant, JobID: id, Revision: int64(partition)}))
			}
			b.load(t, batch...)
		}
		for page(rapid.IntRange(1, 5).Draw(t, "limit")) {
		}
		require.Equal(t, written, read)
	})
}
