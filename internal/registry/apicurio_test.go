package registry_test

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/ports"
	"waybill/internal/ports/portstest"
)

// startPatience bounds the start of a registry, which takes seconds.
const startPatience = 5 * time.Minute

// apicurio starts Apicurio Registry with nothing in it and returns the URL of
// its Confluent-compatible side. The test is skipped where it is not there.
func apicurio(t *testing.T) string {
	t.Helper()
	jars, err := filepath.Glob("../../bin/apicurio/apicurio-registry-app-*-runner.jar")
	require.NoError(t, err)
	if len(jars) == 0 {
		t.Skip("no Apicurio Registry for this test: make bin/apicurio (needs Java 17 and Maven)")
	}
	java := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		java = filepath.Join(home, "bin", "java")
	}
	if _, err := exec.LookPath(java); err != nil {
		t.Skipf("no Java for Apicurio Registry: %v", err)
	}
	jar, err := filepath.Abs(jars[0])
	require.NoError(t, err)
	port := portstest.Port(t)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, java, "-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
		"-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port="+strconv.Itoa(port), "-jar", jar)
	command.Dir = t.TempDir()
	log, err := os.Create(filepath.Join(command.Dir, "log"))
	require.NoError(t, err)
	command.Stdout, command.Stderr = log, log
	require.NoError(t, command.Start())
	ended := sync.OnceFunc(func() {
		stop()
		_ = command.Wait() // it was killed
		require.NoError(t, log.Close())
	})
	t.Cleanup(ended)
	url := "http://" + ports.Loopback(port) + "/apis/ccompat/v7"
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	up := func() bool {
		answer, err := client.Get(url + "/subjects")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}
	for deadline := time.Now().Add(startPatience); !up(); {
		if time.Now().After(deadline) {
			said, err := os.ReadFile(log.Name())
			require.FailNow(t, "Apicurio Registry does not start", "%s", cmp.Or(string(said), "it said nothing", err.Error()))
		}
	}
	return url
}
