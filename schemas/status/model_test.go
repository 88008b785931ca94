package status_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas/status"
)

func model(t testing.TB) *status.Model {
	t.Helper()
	m, err := status.Default()
	require.NoError(t, err)
	return m
}

func TestDefaultIsWhole(t *testing.T) {
	m := model(t)
	require.Len(t, m.Statuses(), 15)
	require.Len(t, m.Codes(), 94)
	require.NotEmpty(t, m.Version())
}

func TestFlags(t *testing.T) {
	m := model(t)
	for code, flags := range map[string]string{
		"transit.picked_up": "MSP", "delivered.signed": "MXTP", "delivered.post_update": "", "invalid.number": "TXA",
		"attempt.not_made": "", "attempt.failed": "MXFP", "exc.misrouted": "P", "failed.lost": "MTA", "info.received": "M",
	} {
		c := m.Code(code)
		require.NotNil(t, c, code)
		has := map[rune]bool{
			'M': c.Milestone, 'S': c.StartsClock, 'X': c.StopsClock, 'T': c.Terminal,
			'A': c.ActionRequired, 'F': c.AttemptFailure, 'P': c.PhysicalScan,
		}
		for flag, set := range has {
			require.Equal(t, strings.ContainsRune(flags, flag), set, "flag %c of %s", flag, code)
		}
	}
}

// What starts the clock is a scan, and so is every delivery.
func TestFlagsFitTogether(t *testing.T) {
	for _, c := range model(t).Codes() {
		if c.StartsClock || c.Status.Name == status.Delivered && !c.DataOnly {
			require.True(t, c.PhysicalScan, c.Name)
		}
		if c.Terminal && !c.Status.OfRegistration {
			require.True(t, c.Status.Terminal, c.Name)
		}
		if c.AttemptFailure {
			require.True(t, c.StopsClock, c.Name)
		}
	}
}

func TestResolve(t *testing.T) {
	m := model(t)
	for _, c := range []struct {
		status, code, want string
		mapped             bool
	}{
		{"", "transit.moving", "transit.moving", true},
		{"IN_TRANSIT", "transit.picked_up", "transit.picked_up", true},
		{"IN_TRANSIT", "", "transit.moving", true},
		{"IN_TRANSIT", "no.such", "transit.moving", true},
		{"DELIVERED", "transit.arrived_destination", "delivered.delivered", true},
		{"NO_SUCH", "ofd.out", "ofd.out", true},
		{"", "", "unknown.unmapped", false},
		{"UNKNOWN", "", "unknown.unmapped", false},
		{"NO_SUCH", "no.such", "unknown.unmapped", false},
	} {
		got, mapped := m.Resolve(c.status, c.code)
		require.Equal(t, c.want, got.Name, "%s %s", c.status, c.code)
		require.Equal(t, c.mapped, mapped, "%s %s", c.status, c.code)
	}
}

func TestMayBecome(t *testing.T) {
	m := model(t)
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"IN_TRANSIT", "info.received", true},
		{"DELIVERED", "transit.moving", false},
		{"DELIVERED", "delivered.signed", true},
		{"DELIVERED", "returning.in_progress", true},
		{"RETURNING", "transit.moving", false},
		{"RETURNING", "delivered.delivered", false},
		{"RETURNING", "exc.weather", true},
		{"RETURNING", "returned.returned", true},
		{"RETURNED", "transit.moving", false},
		{"FAILED", "transit.arrived_facility", true},
		{"FAILED", "cancelled.cancelled", false},
		{"CANCELLED", "delivered.delivered", true},
		{"CANCELLED", "info.received", false},
	} {
		require.Equal(t, c.want, m.Status(c.from).MayBecome(m.Code(c.to)), "%s to %s", c.from, c.to)
	}
}

func TestLoadRefuses(t *testing.T) {
	whole, err := os.ReadFile("model.yaml")
	require.NoError(t, err)
	for _, c := range []struct{ old, new, problem string }{
		{`version: "1"`, `version: ""`, "no version"},
		{`version: "1"`, `release: "1"`, "release"},
		{"rank: 6", "rank: 8", "the rank 8 is not from 0 to 7"},
		{"status: UNKNOWN,  ", "status: PENDING,  ", "it is there twice"},
		{"status: RETURNED, ", "status: Returned, ", "upper case"},
		{"left_for: [physical]", "left_for: [touch]", `left_for is "touch"`},
		{"left_for: [RETURNED, FAILED, EXCEPTION]", "left_for: [RETURNED, anything]", `left_for names "anything"`},
		{"left_for: [nothing]", "left_for: []", "left_for is missing"},
		{"fallback: ofd.out", "fallback: transit.moving", `the fallback "transit.moving" is no code of it`},
		{"true, follows: registration", "true, follows: tenant", `follows is "tenant"`},
		{"code: exc.weather,", "code: exc.unspecified,", "it is there twice"},
		{"code: exc.weather,", "code: weather,", "has a dot"},
		{"party: external", "party: nobody", `the party "nobody"`},
		{"severity: 1", "severity: 3", "the severity 3"},
		{"flags: MSP", "flags: MSS", `the flags "MSS"`},
		{"flags: MSP", "flags: MZ", `the flags "MZ"`},
		{"data_only: true", "data_only: true, flags: M", "data only"},
		{"name: Weather", `name: ""`, "name and meaning"},
		{"{code: exc.weather, status: EXCEPTION", "{code: exc.weather, status: TROUBLE", `the status "TROUBLE"`},
		{"{code: exc.weather, status: EXCEPTION", "{code: exc.weather, status: EXCEPTIONS", "(did you mean EXCEPTION?)"},
		{"left_for: [RETURNED, FAILED, EXCEPTION]", "left_for: [RETURNED, FALED]", "(did you mean FAILED?)"},
		{"code: transit.problem_resolved,", "code: transit.mended,", "the code transit.problem_resolved is missing"},
	} {
		broken := strings.Replace(string(whole), c.old, c.new, 1)
		require.NotEqual(t, string(whole), broken, "%q is not in the model", c.old)
		_, err := status.Load([]byte(broken))
		require.ErrorContains(t, err, c.problem, c.new)
	}
}

func FuzzLoad(f *testing.F) {
	whole, err := os.ReadFile("model.yaml")
	require.NoError(f, err)
	f.Add(whole)
	f.Add([]byte("version: x\nstatuses: [{}]\ncodes: [{}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := status.Load(data); err == nil {
			c, _ := m.Resolve("", "")
			require.Equal(t, status.CodeUnmapped, c.Name)
		}
	})
}
