package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"waybill/connectors/carriers"
	"waybill/connectors/polling"
	"waybill/internal/accounts"
	"waybill/internal/roles"
	"waybill/pipeline/quotas"
)

// fileOnPage is a file that the page of deployment shows, by its first line.
func fileOnPage(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(projectRoot, "docs", "deploy.md"))
	require.NoError(t, err)
	block := regexp.MustCompile("(?ms)^```yaml\n# " + regexp.QuoteMeta(name) + "\n(.*?)^```$").FindSubmatch(page)
	require.NotNil(t, block, "the page shows no %s", name)
	return string(block[1])
}

// The examples of the files that parts need are such files.
func TestKubernetesExamples(t *testing.T) {
	dir := filepath.Join(projectRoot, "deploy", "kubernetes")
	text, err := os.ReadFile(filepath.Join(dir, "quotas", "quotas.yaml"))
	require.NoError(t, err)
	limits, err := quotas.ParseLimits(text)
	require.NoError(t, err)
	_, limited := limits.Limit("anybody")
	require.True(t, limited)
	all, err := accounts.Load(filepath.Join(dir, "polling", "accounts.yaml"))
	require.NoError(t, err)
	known, err := carriers.Default()
	require.NoError(t, err)
	asked, err := polling.NewDirectory(all, known, polling.Sources())
	require.NoError(t, err)
	require.NotEmpty(t, asked.All(), "nobody is asked")
}

// What the page says to write beside the base gives each process that goes by
// a file the setting and the file, and all of them the image.
func TestKubernetesTakesItsParts(t *testing.T) {
	tool, err := exec.LookPath("kubectl")
	if err != nil {
		t.Skip("no kubectl to put the parts of deploy/kubernetes together")
	}
	base, err := filepath.Abs(filepath.Join(projectRoot, "deploy", "kubernetes"))
	require.NoError(t, err)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	relative, err := filepath.Rel(dir, base)
	require.NoError(t, err)
	text := strings.ReplaceAll(fileOnPage(t, "production/kustomization.yaml"), "../deploy/kubernetes", relative)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600))
	for part, name := range map[string]string{"quotas": "quotas.yaml", "polling": "accounts.yaml"} {
		example, err := os.ReadFile(filepath.Join(base, part, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), example, 0o600))
	}
	out, err := exec.CommandContext(t.Context(), tool, "kustomize", dir).Output()
	require.NoError(t, err, "%s", text)

	reading := map[string][]string{}
	for decoder := yaml.NewDecoder(bytes.NewReader(out)); ; {
		var m manifest
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		for _, c := range m.Spec.Template.Spec.Containers {
			require.Equal(t, "registry.example.com/mine/waybill:v1.0.0", c.Image, m.Metadata.Name)
			mounted := map[string]bool{}
			for _, mount := range c.VolumeMounts {
				mounted[mount.MountPath] = true
			}
			for _, v := range c.Env {
				if v.Name == "WAYBILL_QUOTAS" || v.Name == "WAYBILL_ACCOUNTS" {
					require.True(t, mounted[filepath.Dir(v.Value)], "%s has no %s", m.Metadata.Name, v.Value)
					reading[v.Name] = append(reading[v.Name], m.Metadata.Name)
				}
			}
			if mounted["/etc/waybill/carriers"] {
				reading["keys"] = append(reading["keys"], m.Metadata.Name)
			}
		}
	}
	for _, names := range reading {
		slices.Sort(names)
	}
	require.Equal(t, map[string][]string{
		"WAYBILL_QUOTAS": {"api", "quotas", "tracking"}, "WAYBILL_ACCOUNTS": {"api", "polling", "tracking"}, "keys": {"api", "polling"},
	}, reading)
}

// What the page says to write beside the compose file adds the role, and the
// setting for all who go by it.
func TestComposeTakesQuotas(t *testing.T) {
	whole := readCompose(t, "docker-compose.yml")
	var more composeFile
	require.NoError(t, yaml.Unmarshal([]byte(fileOnPage(t, "docker-compose.override.yml")), &more))
	reading := map[string]bool{}
	for name, added := range more.Services {
		service := whole.Services[name]
		env := maps.Clone(service.Environment)
		maps.Copy(env, added.Environment)
		delete(env, "GOMEMLIMIT")
		command := service.Command
		if len(added.Command) > 0 {
			command = added.Command
		}
		require.Equal(t, []string{"./quotas.yaml:" + env["WAYBILL_QUOTAS"] + ":ro"}, added.Volumes)
		run := parseWith(t, env, command)
		require.NoError(t, run.Run.check(&globals{settings: &run.Settings}), name)
		for _, role := range run.Run.Roles {
			reading[role] = true
		}
	}
	for _, role := range []string{roles.Quotas, roles.Tracking, roles.API, roles.Delivery, roles.Endpoints} {
		require.True(t, reading[role], role)
	}
}
