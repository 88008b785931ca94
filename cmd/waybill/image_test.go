package main

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/ports/portstest"
)

// image is what the Dockerfile makes, in a folder: there are no containers where
// tests run.
type image struct {
	root  string
	env   []string
	user  uint32
	check []string // the health check's command
}

// instruction is one of a Dockerfile, its continued lines joined.
var instruction = regexp.MustCompile(`(?m)^([A-Z]+) (.*)$`)

// buildImage carries the Dockerfile's instructions out, those of the first
// stage in the source tree.
func buildImage(t *testing.T, version string) *image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(projectRoot, "Dockerfile"))
	require.NoError(t, err)
	stage, made := t.TempDir(), &image{root: t.TempDir()}
	require.NoError(t, os.Chmod(made.root, 0o755))
	for _, found := range instruction.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\\\n", ""), -1) {
		args := found[2]
		switch found[1] {
		case "RUN":
			// What the stage writes at its root goes to its folder.
			args = regexp.MustCompile(` /(waybill|state)`).ReplaceAllString(args, " "+stage+"/$1")
			step := exec.Command("sh", "-ec", args)
			step.Dir = projectRoot
			step.Env = append(os.Environ(), "VERSION="+version)
			out, err := step.CombinedOutput()
			require.NoError(t, err, "%s: %s", args, out)
		case "COPY":
			if from, ok := strings.CutPrefix(args, "--from=build "); ok {
				made.copy(t, stage, strings.Fields(from))
			}
		case "ENV":
			made.env = strings.Fields(args)
		case "USER":
			require.Equal(t, "65532:65532", args)
			made.user = 65532
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(args, " CMD ")
			require.NoError(t, json.Unmarshal([]byte(command), &made.check))
		}
	}
	return made
}

// copy carries out a COPY from the first stage: [--chown=USER] SOURCE TARGET.
func (i *image) copy(t *testing.T, stage string, args []string) {
	t.Helper()
	owned := strings.HasPrefix(args[0], "--chown=65532:65532")
	if owned {
		args = args[1:]
	}
	source, target := args[0], filepath.Join(i.root, args[1])
	if strings.HasSuffix(args[1], "/") {
		target = filepath.Join(target, filepath.Base(source))
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(target), 0o755))
	if strings.HasPrefix(source, "/etc/") { // of the first stage's own image; this machine has one too, or does without
		if text, err := os.ReadFile(source); err == nil {
			require.NoError(t, os.WriteFile(target, text, 0o600))
			require.NoError(t, os.Chmod(target, 0o644))
		}
		return
	}
	require.NoError(t, os.Rename(filepath.Join(stage, source), target))
	if owned {
		require.NoError(t, os.Chown(target, 65532, 65532))
	}
}

// command is one that sees the image alone, as its user.
func (i *image) command(args ...string) *exec.Cmd {
	command := &exec.Cmd{Path: args[0], Args: args, Dir: "/", Env: i.env}
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: i.root, Credential: &syscall.Credential{Uid: i.user, Gid: i.user}}
	return command
}

// The image has a static binary and works with nothing beside it: as a user who
// owns nothing but the folder for state.
func TestImage(t *testing.T) {
	switch {
	case raced:
		t.Skip("the image is built without the detector of races: make test runs this without it")
	case runtime.GOOS != "linux" || os.Getuid() != 0:
		t.Skip("this test changes the root folder and the user, for which it has to be root on Linux")
	}
	t.Parallel()
	i := buildImage(t, "v1.2.3-test")
	binary, err := elf.Open(filepath.Join(i.root, "waybill"))
	require.NoError(t, err)
	defer binary.Close()
	libraries, err := binary.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries, "the binary is not static")

	out, err := i.command("/waybill", "version").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "v1.2.3-test")

	i.env = append(i.env, "WAYBILL_HTTP_LISTEN="+portstest.Address(t), "WAYBILL_KAFKA_BROKERS="+strings.Join(embeddedtest.Kafka(t), ","))
	p := startCommand(t, i.command("/waybill", "run", "--roles", "tracking,endpoints", "--create-missing", "--instance", "image"))
	require.Eventually(t, func() bool { return i.command(i.check...).Run() == nil }, patienceOfTests, 50*time.Millisecond)
	require.DirExists(t, filepath.Join(i.root, "var/lib/waybill/state/image/tracking"))
	require.Equal(t, exitDone, p.end(t, syscall.SIGTERM))
}
