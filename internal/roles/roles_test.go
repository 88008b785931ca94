package roles_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/analytics"
	"waybill/internal/config"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func TestRolesWorkUntilTheyAreStopped(t *testing.T) {
	d := rolestest.New(t)
	stop := d.Run(t, roles.Tracking, roles.Endpoints, roles.Delivery)
	value := []byte(`{"tenant":"t","carrier":"royal-mail","tracking_number":"AB123456785GB"}`)
	d.Produce(t, schemas.TopicRegistrations, "royal-mail:AB123456785GB", value)
	require.Eventually(t, func() bool {
		ends, err := kadm.NewClient(d.Client).ListEndOffsets(t.Context(), d.Settings.Kafka.Prefix+schemas.TopicShipments)
		written := int64(0)
		ends.Each(func(o kadm.ListedOffset) { written += o.Offset })
		return err == nil && written > 0
	}, 5*time.Minute, 10*time.Millisecond)
	stop()
	d.Run(t, roles.Tracking, roles.Endpoints, roles.Delivery) // again, under the same name
}

// A role that has not begun is not ready, and says which it is.
func TestReadyNamesTheRole(t *testing.T) {
	r, err := roles.New(rolestest.New(t).Options(), roles.Endpoints)
	require.NoError(t, err)
	require.ErrorContains(t, r.Ready(), "endpoints is not ready: 0 of ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, r.Run(ctx))
}

func TestNewRefuses(t *testing.T) {
	d := rolestest.New(t)
	_, err := roles.New(d.Options(), roles.Tracking, "washing")
	require.ErrorContains(t, err, `setting up washing: there is no role "washing"`)
	o := d.Options()
	o.Settings.ClickHouse.Database = ""
	_, err = roles.New(o)
	require.ErrorContains(t, err, "setting up clickhouse: ")
}

// Each member of each group is known by the instance's name, so that a restart
// by force goes on at once.
func TestMembersAreStatic(t *testing.T) {
	d := rolestest.New(t, "--workers", "2", "--clickhouse-addr", embeddedtest.ClickHouse(t), "--clickhouse-database", rolestest.Unique("roles_"))
	requireMigrated(t, d.Settings)
	d.Run(t)
	admin := kadm.NewClient(d.Client)
	want := map[string]int{roles.Tracking: 2, roles.Endpoints: 2, roles.Delivery: 2, roles.ClickHouse: 1}
	for role, members := range want {
		require.Eventually(t, func() bool {
			groups, err := admin.DescribeGroups(t.Context(), d.Settings.Kafka.Prefix+role)
			return err == nil && len(groups[d.Settings.Kafka.Prefix+role].Members) == members
		}, 5*time.Minute, 10*time.Millisecond, role)
		groups, err := admin.DescribeGroups(t.Context(), d.Settings.Kafka.Prefix+role)
		require.NoError(t, err)
		for _, m := range groups[d.Settings.Kafka.Prefix+role].Members {
			require.NotNil(t, m.InstanceID, role)
			require.True(t, strings.HasPrefix(*m.InstanceID, d.Settings.Kafka.Prefix+role+"-test"), *m.InstanceID)
		}
	}
}

func requireMigrated(t *testing.T, s *config.Settings) {
	t.Helper()
	options := roles.ClickHouseOptions(s)
	_, err := analytics.Migrate(t.Context(), &options)
	require.NoError(t, err)
}

// An instance that is to leave has left when it ends, and the others need not
// wait for its session to run out.
func TestLeaveOnShutdown(t *testing.T) {
	d := rolestest.New(t, "--leave-on-shutdown")
	d.Run(t, roles.Endpoints)()
	group := d.Settings.Kafka.Prefix + roles.Endpoints
	groups, err := kadm.NewClient(d.Client).DescribeGroups(t.Context(), group)
	require.NoError(t, err)
	require.NoError(t, groups.Error())
	require.Empty(t, groups[group].Members)
}
