package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// composeFile is as much of docker-compose.yml as the tests look at.
type composeFile struct {
	Services map[string]struct {
		Image string `yaml:"image"`
		Build struct {
			Context    string `yaml:"context"`
			Dockerfile string `yaml:"dockerfile"`
		} `yaml:"build"`
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
		Ports       []string          `yaml:"ports"`
		Volumes     []string          `yaml:"volumes"`
		Secrets     []string          `yaml:"secrets"`
		Healthcheck struct {
			Test []string `yaml:"test"`
		} `yaml:"healthcheck"`
		DependsOn map[string]struct {
			Condition string `yaml:"condition"`
		} `yaml:"depends_on"`
	} `yaml:"services"`
	Secrets map[string]struct {
		Environment string `yaml:"environment"`
	} `yaml:"secrets"`
	Volumes map[string]any `yaml:"volumes"`
}

const projectRoot = "../.."

func readCompose(t *testing.T) composeFile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(projectRoot, "docker-compose.yml"))
	require.NoError(t, err)
	var c composeFile
	require.NoError(t, yaml.Unmarshal(text, &c))
	return c
}

func TestComposePinsAndChecksEverything(t *testing.T) {
	c := readCompose(t)
	pinned := regexp.MustCompile(`^[a-z/-]+:\d+\.\d+(\.\d+)?$`)
	for name, service := range c.Services {
		if service.Image != "" {
			require.Regexp(t, pinned, service.Image, name)
		} else {
			require.FileExists(t, filepath.Join(projectRoot, service.Build.Context, service.Build.Dockerfile), name)
		}
		require.NotEmpty(t, service.Healthcheck.Test, "%s has no health check", name)
		for other, on := range service.DependsOn {
			require.Contains(t, c.Services, other)
			require.Equal(t, "service_healthy", on.Condition)
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			require.Contains(t, c.Volumes, source, name)
		}
		for _, port := range service.Ports {
			require.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s opens %s to the network", name, port)
		}
	}
}

// Every variable that the file sets for Waybill must be one that it reads, with
// a value that it takes, and every address one that a service listens on.
func TestComposeSpeaksWaybillsSettings(t *testing.T) {
	c := readCompose(t)
	waybill := c.Services["waybill"]
	var commands cli
	parser, err := newParser(&commands)
	require.NoError(t, err)
	known := map[string]bool{}
	for _, flag := range parser.Model.Flags {
		for _, env := range flag.Envs {
			known[env] = true
		}
	}
	for name, value := range waybill.Environment {
		require.True(t, known[name], "%s is read by no setting", name)
		t.Setenv(name, strings.ReplaceAll(value, "${CLICKHOUSE_PASSWORD}", "secret"))
	}
	_, err = parser.Parse(waybill.Command)
	require.NoError(t, err)
	require.Empty(t, commands.Warnings())

	for _, setting := range []string{"WAYBILL_SECRET_KEYS", "WAYBILL_API_KEYS"} {
		keys := strings.TrimPrefix(waybill.Environment[setting], "/run/secrets/")
		require.Contains(t, waybill.Secrets, keys, "%s must name a file", setting)
		require.NotEmpty(t, c.Secrets[keys].Environment)
	}

	require.Equal(t, []string{"CMD", "/waybill", "health"}, waybill.Healthcheck.Test)
	_, err = parser.Parse(waybill.Healthcheck.Test[2:])
	require.NoError(t, err)

	require.Contains(t, c.Services["kafka"].Environment["KAFKA_ADVERTISED_LISTENERS"], "://"+waybill.Environment["WAYBILL_KAFKA_BROKERS"])
	host, port, _ := strings.Cut(waybill.Environment["WAYBILL_CLICKHOUSE_ADDR"], ":")
	require.Contains(t, c.Services, host)
	require.Contains(t, c.Services[host].Ports, "127.0.0.1:"+port+":"+port)
	require.Equal(t, c.Services[host].Environment["CLICKHOUSE_USER"], waybill.Environment["WAYBILL_CLICKHOUSE_USER"])
	for _, setting := range []string{"WAYBILL_HTTP_LISTEN", "WAYBILL_API_LISTEN"} {
		_, listen, _ := strings.Cut(waybill.Environment[setting], ":")
		require.Contains(t, waybill.Ports, "127.0.0.1:"+listen+":"+listen)
	}
}

// The Dockerfile names files and the command's path; both must be there.
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
