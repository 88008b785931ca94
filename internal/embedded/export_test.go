package embedded

import (
	"context"
	"io"
	"os"
	"path/filepath"
)

// Kill ends the broker's process at once. It must run in a child.
func (k *Kafka) Kill() error { return k.broker.(*child).command.Process.Kill() }

// Kill ends the server's process at once.
func (c *ClickHouse) Kill() error { return c.current().command.Process.Kill() }

// StartClickHouseOn starts ClickHouse on the ports that choose returns.
func StartClickHouseOn(ctx context.Context, o ClickHouseOptions, choose func() (int, error)) (*ClickHouse, error) {
	return startClickHouse(ctx, o, choose)
}

// AwaitEnd returns when no engine runs on a data directory.
func AwaitEnd(ctx context.Context, dir string) error {
	lock, err := lockDir(ctx, dir, io.Discard)
	if err != nil {
		return err
	}
	lock.release()
	return nil
}

// StagedOffset is an offset that takes effect with its transaction.
type StagedOffset = stagedOffset

// WriteIntent leaves the intent of a commit in a data directory.
func WriteIntent(dir string, producer int64, epoch int16, offset StagedOffset) error {
	frame, err := encodeIntent(commitIntent{Producer: producerEpoch{producer, epoch}, Offsets: []stagedOffset{offset}})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, intentName), frame, plainMode)
}

// EngineEnv names the variable that marks an engine's process.
const EngineEnv = engineEnv
