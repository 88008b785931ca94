package config

import (
	"log/slog"
	"os"
)

// Log says how logs are written.
type Log struct {
	Format string     `help:"text or json." enum:"text,json" default:"text" why:"json for what collects logs."`
	Level  slog.Level `help:"debug, info, warn or error." default:"info" why:"debug to find out, warn for quiet."`
}

// Logger makes the logger.
func (l Log) Logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level, ReplaceAttr: errorsAlike}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// errorsAlike gives errors one name, for some libraries have another than we do.
func errorsAlike(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == "err" {
		a.Key = "error"
	}
	return a
}
