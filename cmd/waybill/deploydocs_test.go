package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// commandLines are the lines of a page's blocks of no language, continued ones
// joined.
func commandLines(t *testing.T, page string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(projectRoot, page))
	require.NoError(t, err)
	for _, block := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(strings.ReplaceAll(string(text), "\\\n", ""), -1) {
		if block[1] == "" {
			lines = append(lines, strings.Split(strings.TrimSpace(block[2]), "\n")...)
		}
	}
	return lines
}

// What the page of deployment says to type names files, services, workloads and
// secrets that there are.
func TestDeployPageNamesWhatExists(t *testing.T) {
	kinds := kubernetes(t)
	ours := regexp.MustCompile(`(?:^| )((?:deploy/|docker-compose)[\w@./-]*)`)
	said := 0
	for _, line := range commandLines(t, "docs/deploy.md") {
		for _, file := range ours.FindAllStringSubmatch(line, -1) {
			_, err := os.Stat(filepath.Join(projectRoot, file[1]))
			require.NoError(t, err, line)
			said++
		}
		if _, set, found := strings.Cut(line, "rollout status statefulset/"); found {
			require.Contains(t, kinds["StatefulSet"], set)
			said++
		}
		if strings.Contains(line, "create secret generic waybill-carriers ") {
			example, err := os.ReadFile(filepath.Join(projectRoot, "deploy/kubernetes/polling/accounts.yaml"))
			require.NoError(t, err)
			file := regexp.MustCompile(`file: /etc/waybill/carriers/([\w-]+)`).FindSubmatch(example)
			require.NotNil(t, file)
			require.Contains(t, strings.Fields(line), "--from-file="+string(file[1]))
			said++
		} else if strings.Contains(line, "create secret generic ") {
			requireSecretsMounted(t, kinds, line)
			said++
		}
		if strings.HasPrefix(line, "docker build ") {
			require.Contains(t, line, readCompose(t, "docker-compose.yml").Services["api"].Image)
			said++
		}
	}
	require.GreaterOrEqual(t, said, 6)
}

// requireSecretsMounted holds that the secret which the page makes is the one
// that pods mount, with every file that settings name.
func requireSecretsMounted(t *testing.T, kinds map[string]map[string]manifest, line string) {
	t.Helper()
	require.Contains(t, line, "generic waybill-secrets ")
	for name, value := range kinds["ConfigMap"]["waybill-settings"].Data {
		if file, ok := strings.CutPrefix(value, "/etc/waybill/secrets/"); ok {
			require.Contains(t, strings.Fields(line), "--from-file="+file, name)
		}
	}
}

// The unit's command is one that the binary takes, with settings that it reads,
// and systemd takes the unit.
func TestSystemdUnit(t *testing.T) {
	path := filepath.Join(projectRoot, "deploy", "systemd", "waybill@.service")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	given := map[string]string{"%i": "node-1", "${ROLES}": "tracking,endpoints", "/etc/waybill/waybill.yaml": os.DevNull}
	env := map[string]string{"WAYBILL_KAFKA_BROKERS": "kafka-1:9092"}
	var args []string
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Environment":
			name, file, _ := strings.Cut(value, "=")
			credential, ok := strings.CutPrefix(file, "%d/")
			require.True(t, ok, line)
			require.Contains(t, string(text), "\nLoadCredential="+credential+":")
			env[name] = "/run/secrets/" + credential
		case "ExecStart":
			for old, value2 := range given {
				value = strings.ReplaceAll(value, old, value2)
			}
			args = strings.Fields(value)[1:]
		}
	}
	run := parseWith(t, env, args)
	require.NoError(t, run.Run.check(&globals{settings: &run.Settings}))
	require.Equal(t, "/var/lib/waybill/node-1", run.Data)

	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze to look at the rest of the unit")
	}
	here := filepath.Join(t.TempDir(), "waybill@node-1.service")
	unit := regexp.MustCompile(`(?m)^(ExecStart=)\S+`).ReplaceAll(text, []byte("${1}/bin/true"))
	require.NoError(t, os.WriteFile(here, unit, 0o600))
	out, err := exec.CommandContext(t.Context(), tool, "verify", here).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.False(t, slices.ContainsFunc(strings.Split(string(out), "\n"), func(line string) bool { return strings.Contains(line, "waybill@") }), "%s", out)
}
