package roles_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

// The overview knows every group, with the topics that its members read, and has
// what this process counted. The console is there unless it is turned off.
func TestOverviewKnowsWhatGroupsRead(t *testing.T) {
	d := rolestest.New(t)
	o, key := apiOptions(t, d)
	d.Settings.Pipeline.Operators = []string{"shop"}
	address := "http://" + o.API.Listener.Addr().String()
	registry := prometheus.NewRegistry()
	o.Registerer, o.Gatherer = registry, registry
	d.RunWith(t, o, roles.Tracking, roles.Endpoints, roles.Delivery, roles.API)
	admin := kadm.NewClient(d.Client)
	for _, job := range []string{roles.Tracking, roles.Endpoints, roles.Delivery} {
		var read, told []string
		require.Eventually(t, func() bool {
			groups, err := admin.DescribeGroups(t.Context(), d.Settings.Kafka.Prefix+job)
			read = nil
			for topic := range groups.AssignedPartitions() {
				read = append(read, strings.TrimPrefix(topic, d.Settings.Kafka.Prefix))
			}
			return err == nil && len(read) > 0
		}, 5*time.Minute, 20*time.Millisecond)
		for _, known := range roles.Readers() {
			if known.Name == job {
				told = known.Topics
			}
		}
		slices.Sort(read)
		slices.Sort(told)
		require.Equal(t, read, told, job)
	}
	var pipeline struct {
		Kafka    struct{ Jobs []struct{ Job, State string } }
		Instance struct{ Records map[string]float64 }
	}
	require.NoError(t, json.Unmarshal(ask(t, http.StatusOK, address+"/v4/pipeline", key), &pipeline))
	require.Len(t, pipeline.Kafka.Jobs, 4, "those that are not optional")
	require.Contains(t, pipeline.Instance.Records, roles.Tracking)
	require.Contains(t, string(ask(t, http.StatusOK, address+"/", "")), "<title>Waybill")
	http.DefaultClient.CloseIdleConnections()
}

func TestNoConsole(t *testing.T) {
	d := rolestest.New(t, "--no-api-console")
	o, _ := apiOptions(t, d)
	address := "http://" + o.API.Listener.Addr().String()
	d.RunWith(t, o, roles.API)
	require.Contains(t, string(ask(t, http.StatusNotFound, address+"/", "")), "nothing at /")
	http.DefaultClient.CloseIdleConnections()
}

// ask returns the body of an answer that must have a status.
func ask(t *testing.T, status int, url, key string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, status, answer.StatusCode, "%s", body)
	return body
}
