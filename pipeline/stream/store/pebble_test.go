package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
	"waybill/pipeline/stream/store/storetest"
)

func TestPebble(t *testing.T) {
	files := vfs.NewMem()
	var folders atomic.Int64
	var last string
	openLast := func() (store.Database, error) { return store.OpenPebble(last, small(files)) }
	storetest.Run(t, func() (store.Database, error) {
		last = fmt.Sprintf("/state/%d", folders.Add(1))
		return openLast()
	}, func(db store.Database) (store.Database, error) {
		require.NoError(t, db.Close())
		return openLast()
	})
}
