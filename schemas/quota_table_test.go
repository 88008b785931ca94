package schemas

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuotaTable(t *testing.T) {
	codec := mustCodecs(t).Quota
	data, err := codec.Encode(&Quota{Tenant: "acme", Period: "2026-05", Limit: 2, Used: 2, Exhausted: true, UpdatedAt: time.UnixMilli(0)})
	require.NoError(t, err)
	table, err := NewQuotaTable(codec, map[string][]byte{"acme": data})
	require.NoError(t, err)
	require.EqualValues(t, 2, table.Of("acme").Used)
	require.Nil(t, table.Of("globex"))
	require.Nil(t, (*QuotaTable)(nil).Of("acme"), "no table is an empty table")

	_, err = NewQuotaTable(codec, map[string][]byte{"x": []byte("no")})
	require.ErrorContains(t, err, "reading the quota of x")
}
