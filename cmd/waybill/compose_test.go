package main

import (
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"waybill/internal/apikeys"
	"waybill/internal/roles"
	"waybill/internal/vault"
)

// composeFile is as much of a compose file as the tests look at.
type composeFile struct {
	Services map[string]composeService
	Secrets  map[string]struct{ Environment, File string }
	Volumes  map[string]any
}

type composeService struct {
	Image       string
	Build       struct{ Context, Dockerfile string }
	Command     []string
	Environment map[string]string
	Ports       []string
	Volumes     []string
	Secrets     []string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
	Healthcheck struct {
		Test    []string
		Disable bool
	}
	DependsOn map[string]struct{ Condition string } `yaml:"depends_on"`
	Deploy    struct {
		Resources struct{ Limits struct{ CPUs, Memory string } }
	}
	Logging struct{ Options map[string]string }
}

// composeFiles are the whole and the small one.
var composeFiles = []string{"docker-compose.yml", "docker-compose.small.yml"}

func readCompose(t *testing.T, name string) composeFile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(projectRoot, name))
	require.NoError(t, err)
	var c composeFile
	require.NoError(t, yaml.Unmarshal(text, &c))
	return c
}

// What Compose itself says of the files: their schema and what refers to what.
func TestComposeTakesTheFiles(t *testing.T) {
	tool, err := filepath.Abs(filepath.Join(projectRoot, "bin", "tools", "compose-spec"))
	require.NoError(t, err)
	if _, err := os.Stat(tool); err != nil {
		t.Skipf("no checker of compose files for this test; make bin/tools/compose-spec fetches it: %v", err)
	}
	for _, name := range composeFiles {
		command := exec.CommandContext(t.Context(), tool, "--no-interpolation", name)
		command.Dir = projectRoot
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
	}
}

func TestComposePinsAndChecksEverything(t *testing.T) {
	pinned := regexp.MustCompile(`^[a-z/-]+:v?\d+\.\d+\.\d+$`)
	for _, file := range composeFiles {
		c := readCompose(t, file)
		for name, service := range c.Services {
			if service.Build.Context != "" {
				require.FileExists(t, filepath.Join(projectRoot, service.Build.Context, service.Build.Dockerfile), name)
			} else {
				require.Regexp(t, pinned, service.Image, name)
			}
			require.NotEqual(t, service.Healthcheck.Disable, len(service.Healthcheck.Test) > 0, "%s has no health check", name)
			for other, on := range service.DependsOn {
				require.Contains(t, c.Services, other)
				ends := c.Services[other].Healthcheck.Disable
				require.Equal(t, map[bool]string{true: "service_completed_successfully", false: "service_healthy"}[ends], on.Condition, "%s waits for %s", name, other)
			}
			c.requireMounts(t, name)
			for _, port := range service.Ports {
				require.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s opens %s to the network", name, port)
			}
		}
	}
}

// requireMounts holds that what a service mounts is there, and each volume has
// one user.
func (c composeFile) requireMounts(t *testing.T, name string) {
	t.Helper()
	for _, volume := range c.Services[name].Volumes {
		source, _, _ := strings.Cut(volume, ":")
		if strings.HasPrefix(source, "./") {
			_, err := os.Stat(filepath.Join(projectRoot, source))
			require.NoError(t, err, name)
			require.True(t, strings.HasSuffix(volume, ":ro"), "%s may write to %s", name, source)
			continue
		}
		require.Contains(t, c.Volumes, source, name)
		for other, service := range c.Services {
			require.True(t, other == name || !slices.Contains(service.Volumes, volume), "%s and %s share %s", name, other, source)
		}
	}
	for _, secret := range c.Services[name].Secrets {
		require.Contains(t, c.Secrets, secret, name)
	}
}

// Each service of the whole is bounded and may do no more than it must.
func TestComposeLocksUp(t *testing.T) {
	for name, service := range readCompose(t, "docker-compose.yml").Services {
		require.NotEmpty(t, service.Deploy.Resources.Limits.CPUs, name)
		require.NotEmpty(t, service.Deploy.Resources.Limits.Memory, name)
		require.NotEmpty(t, service.Logging.Options["max-size"], name)
		require.Equal(t, []string{"ALL"}, service.CapDrop, name)
		require.Equal(t, []string{"no-new-privileges:true"}, service.SecurityOpt, name)
		require.True(t, service.ReadOnly || service.Build.Context == "", name)
	}
}

// Every variable that a file sets for Waybill must be one that it reads, with a
// value that it takes, and every address one that a service listens on.
func TestComposeSpeaksWaybillsSettings(t *testing.T) {
	for _, file := range composeFiles {
		c := readCompose(t, file)
		var running []string
		for name, service := range c.Services {
			if service.Build.Context == "" {
				continue
			}
			env := map[string]string{}
			for variable, value := range service.Environment {
				if strings.HasPrefix(variable, "WAYBILL_") {
					env[variable] = value
				}
			}
			run := parseWith(t, env, service.Command)
			if len(run.Run.Roles) > 0 {
				require.NoError(t, run.Run.check(&globals{settings: &run.Settings}), name)
				running = append(running, run.Run.Roles...)
				require.Equal(t, name, run.Pipeline.Instance)
			}
			c.requireReached(t, name)
			if !service.Healthcheck.Disable {
				require.Equal(t, []string{"CMD", "/waybill", "health"}, service.Healthcheck.Test)
			}
		}
		if file == "docker-compose.yml" {
			slices.Sort(running)
			require.Equal(t, slices.Sorted(slices.Values([]string{
				roles.Tracking, roles.Endpoints, roles.Delivery, roles.ClickHouse, roles.Baselines, roles.API,
			})), slices.Compact(running), "every role that needs nothing more to be configured")
		}
	}
}

// requireReached holds that what a service of Waybill is told to ask is there,
// and that it has the secrets that it is told to read.
func (c composeFile) requireReached(t *testing.T, name string) {
	t.Helper()
	env := c.Services[name].Environment
	for broker := range strings.SplitSeq(env["WAYBILL_KAFKA_BROKERS"], ",") {
		host, _, err := net.SplitHostPort(broker)
		require.NoError(t, err)
		require.Contains(t, c.Services[host].Environment["KAFKA_ADVERTISED_LISTENERS"], "://"+broker, name)
	}
	host, port, err := net.SplitHostPort(env["WAYBILL_CLICKHOUSE_ADDR"])
	require.NoError(t, err)
	require.Contains(t, c.Services[host].Ports, "127.0.0.1:"+port+":"+port)
	require.Equal(t, c.Services[host].Environment["CLICKHOUSE_USER"], env["WAYBILL_CLICKHOUSE_USER"])
	if address, ok := strings.CutPrefix(env["WAYBILL_REGISTRY_URL"], "http://"); ok {
		host, port, err := net.SplitHostPort(address)
		require.NoError(t, err)
		require.Equal(t, "http://0.0.0.0:"+port, c.Services[host].Environment["SCHEMA_REGISTRY_LISTENERS"])
	}
	for variable, value := range env {
		if secret, ok := strings.CutPrefix(value, "/run/secrets/"); ok {
			require.Contains(t, c.Services[name].Secrets, secret, "%s: %s", name, variable)
		}
	}
	for _, published := range c.Services[name].Ports {
		_, port, _ := strings.Cut(strings.TrimPrefix(published, "127.0.0.1:"), ":")
		require.Contains(t, []string{env["WAYBILL_HTTP_LISTEN"], env["WAYBILL_API_LISTEN"]}, "0.0.0.0:"+port, name)
	}
}

// Three brokers agree on who they are, and Prometheus asks every process.
func TestComposeIsACluster(t *testing.T) {
	c := readCompose(t, "docker-compose.yml")
	ids := map[string]bool{}
	for _, name := range []string{"kafka-1", "kafka-2", "kafka-3"} {
		env := c.Services[name].Environment
		require.Contains(t, strings.Split(env["KAFKA_CONTROLLER_QUORUM_VOTERS"], ","), env["KAFKA_NODE_ID"]+"@"+name+":9093")
		ids[env["KAFKA_NODE_ID"]] = true
		require.Equal(t, c.Services["kafka-1"].Environment["CLUSTER_ID"], env["CLUSTER_ID"])
		require.Equal(t, env["KAFKA_DEFAULT_REPLICATION_FACTOR"], c.Services["topics"].Environment["WAYBILL_KAFKA_REPLICATION"])
	}
	require.Len(t, ids, 3)
	text, err := os.ReadFile(filepath.Join(projectRoot, "analytics", "alerts", "prometheus.yml"))
	require.NoError(t, err)
	for name, service := range c.Services {
		if service.Build.Context != "" && !service.Healthcheck.Disable {
			require.Contains(t, string(text), name+":8080")
		}
	}
	require.Contains(t, string(text), "/run/secrets/clickhouse-password")
}

// Grafana finds dashboards where their provider looks for them.
func TestComposeMountsDashboards(t *testing.T) {
	const provider = "analytics/dashboards/provisioning/dashboards/waybill.yml"
	text, err := os.ReadFile(filepath.Join(projectRoot, provider))
	require.NoError(t, err)
	var file struct {
		Providers []struct{ Options struct{ Path string } }
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	require.Contains(t, readCompose(t, "docker-compose.yml").Services["grafana"].Volumes, "./analytics/dashboards:"+file.Providers[0].Options.Path+":ro")
}

// The script makes every secret that the file mounts, once, and keys that the
// program takes.
func TestComposeSecretsAreMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	prepare := func() string {
		command := exec.CommandContext(t.Context(), "sh", filepath.Join(projectRoot, "deploy", "compose", "prepare.sh"), dir)
		command.Env = append(os.Environ(), "WAYBILL=waybill")
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	require.Regexp(t, `^key +wbk_\w+\n$`, prepare())
	made := map[string]string{}
	for name, secret := range readCompose(t, "docker-compose.yml").Secrets {
		require.Equal(t, "./deploy/compose/secrets", filepath.ToSlash("./"+filepath.Dir(secret.File)))
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(secret.File)))
		require.NoError(t, err, name)
		require.NotEmpty(t, text)
		made[secret.File] = string(text)
	}
	require.Empty(t, prepare(), "a second time nothing is made")
	for file, text := range made {
		again, err := os.ReadFile(filepath.Join(dir, filepath.Base(file)))
		require.NoError(t, err)
		require.Equal(t, text, string(again))
	}
	_, err := vault.Load(filepath.Join(dir, "secret-keys"))
	require.NoError(t, err)
	_, err = apikeys.Open(filepath.Join(dir, "api-keys.yaml"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
}

// The Dockerfile names the command's path and a Go that can build the module.
func TestDockerfileNamesWhatExists(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(projectRoot, "Dockerfile"))
	require.NoError(t, err)
	require.Contains(t, string(text), "./cmd/waybill")
	module, err := os.ReadFile(filepath.Join(projectRoot, "go.mod"))
	require.NoError(t, err)
	wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(module))
	require.NotNil(t, wanted)
	require.Contains(t, string(text), "golang:"+wanted[1], "the image's Go is not the module's")
}
