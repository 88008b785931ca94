package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// build builds the program for a platform into a scratch folder and returns its
// path. No path of this machine gets into it, and no C library.
func build(ctx context.Context, version, platform string) (string, error) {
	system, processor, ok := strings.Cut(platform, "/")
	if !ok {
		return "", fmt.Errorf("reading the platform: %q is not GOOS/GOARCH", platform)
	}
	folder, err := os.MkdirTemp("", "waybill-release-")
	if err != nil {
		return "", fmt.Errorf("making a scratch folder: %w", err)
	}
	program := filepath.Join(folder, "waybill")
	// Without VCS stamping a clone and an unpacked archive of the same commit build the same.
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-X main.version="+version, "-o", program, "./cmd/waybill")
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOOS="+system, "GOARCH="+processor)
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w\n%s", err, said)
	}
	return program, nil
}

// commitTime returns when the commit was made: the time of everything in a
// release, for the time of the build would differ each time.
func commitTime(ctx context.Context) (time.Time, error) {
	said, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("asking git for the time of the commit: %w", err)
	}
	seconds, err := strconv.ParseInt(string(bytes.TrimSpace(said)), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the time of the commit: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
