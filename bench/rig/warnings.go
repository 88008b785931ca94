package rig

import (
	"log/slog"
	"os"
)

// Warnings is the log of a measured process: what it warns of.
func Warnings() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
