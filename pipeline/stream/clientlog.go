package stream

import (
	"context"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"
)

// clientLogger passes on what the Kafka client says, as debugging: it reports
// every transaction and every failed dial, and the runtime says itself, once,
// what is amiss.
type clientLogger struct{ *slog.Logger }

// Level implements kgo.Logger.
func (l clientLogger) Level() kgo.LogLevel {
	if l.Enabled(context.Background(), slog.LevelDebug) {
		return kgo.LogLevelDebug
	}
	return kgo.LogLevelNone
}

// Log implements kgo.Logger.
func (l clientLogger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	l.Debug(msg, append(keyvals, "level_of_client", level.String())...)
}
