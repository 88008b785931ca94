package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type healthCmd struct{}

func (*healthCmd) Help() string {
	return `The exit code is 0 when it is ready. It is what a container's health check calls.

Example:

    waybill health --http-listen :8080`
}

// Run asks a running `waybill up` on this machine whether it is ready. It is
// what a container's health check calls.
func (*healthCmd) Run(ctx context.Context, g *globals) error {
	_, port, err := net.SplitHostPort(g.settings.HTTP.Listen)
	if err != nil {
		return wrongUseError{fmt.Errorf("reading --http-listen: %w", err)}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking whether waybill is ready: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing is lost with it
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return fmt.Errorf("reading the answer of waybill: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(body)))
	}
	_, err = fmt.Print(string(body))
	return err
}
