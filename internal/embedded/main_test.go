package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
)

// victimCommand makes this binary a program that runs one service, to be killed.
const victimCommand = "victim"

// What a victim runs.
const (
	kafkaVictim      = "kafka"
	clickHouseVictim = "clickhouse"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == victimCommand {
		if err := runVictim(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	embeddedtest.Main(m)
}

// runVictim starts a service on dir, says its address, and waits.
func runVictim(service, dir string) error {
	var addr string
	switch service {
	case kafkaVictim:
		k, err := embedded.StartKafka(context.Background(), embedded.KafkaOptions{DataDir: dir})
		if err != nil {
			return err
		}
		addr = k.Addrs()[0]
	case clickHouseVictim:
		c, err := embedded.StartClickHouse(context.Background(), embedded.ClickHouseOptions{DataDir: dir})
		if err != nil {
			return err
		}
		addr = c.Addr()
	}
	fmt.Println(addr)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// victim is a program that can be killed.
type victim struct {
	addr string
	kill func() // as kill -9 does, and only it, not its engine
}

func startVictim(t *testing.T, service, dir string) *victim {
	t.Helper()
	command := exec.Command(os.Args[0], victimCommand, service, dir)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	kill := sync.OnceFunc(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = stdin.Close()
	})
	t.Cleanup(func() {
		kill()
		require.NoError(t, embedded.AwaitEnd(context.Background(), dir), "the engine outlives its parent")
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return &victim{addr: strings.TrimSpace(line), kill: kill}
}

// needLibrary skips a test that cannot run without the ClickHouse library.
func needLibrary(t *testing.T) {
	t.Helper()
	if _, err := embedded.FindLibrary(""); err != nil {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
}
