package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Work shares the context of its transaction: one that is aborted ends its own
// alone, and of one that is committed the last work to return does.
func TestScope(t *testing.T) {
	te := &tenure{ctx: t.Context()}
	te.endScope(true) // a transaction without work
	committed := te.enter()
	require.Same(t, committed, te.enter())
	te.endScope(true)
	aborted := te.enter()
	require.NoError(t, aborted.Err())
	te.endScope(false)
	require.Error(t, aborted.Err())
	aborted.leave()

	committed.leave()
	require.NoError(t, committed.Err())
	committed.leave()
	require.Error(t, committed.Err())
}

// The transaction itself keeps the context, for more work may come of it.
func TestScopeOutlastsItsWork(t *testing.T) {
	te := &tenure{ctx: t.Context()}
	first := te.enter()
	first.leave()
	require.NoError(t, first.Err())
	require.Same(t, first, te.enter())
	te.endScope(true)
	first.leave()
	require.Error(t, first.Err())
}
