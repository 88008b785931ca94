package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"waybill/internal/telemetry"
)

type healthCmd struct{ formatFlag }

func (*healthCmd) Help() string {
	return `The exit code is 0 when it is ready, 1 when it is not or does not answer. It is what a container's health
check calls. With --format json it prints how each role is: what it waits for, and how many seconds it is behind.

Examples:

    waybill health --http-listen :8080
    waybill health --format json`
}

// Run asks a running waybill on this machine whether it is ready.
func (c *healthCmd) Run(ctx context.Context, g *globals) error {
	address, err := healthAddress(g.settings.HTTP.Listen)
	if err != nil {
		return wrongUseError{fmt.Errorf("reading --http-listen: %w", err)}
	}
	health, err := askHealth(ctx, "http://"+address+"/readyz?format=json")
	if err != nil {
		return fmt.Errorf("asking whether waybill is ready: %w (is it running, or --http-listen right?)", err)
	}
	if c.json() {
		err = printJSON(health)
	} else if health.Ready {
		_, err = fmt.Println("ready")
	}
	if !health.Ready {
		return errors.Join(err, errors.New(health.Waits()))
	}
	return err
}

// healthAddress is where this machine reaches what listens on an address.
func healthAddress(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// healthBytes is more than the answer of any process.
const healthBytes = 1 << 20

func askHealth(ctx context.Context, url string) (*telemetry.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // nothing is lost with it
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusServiceUnavailable {
		return nil, fmt.Errorf("%s answers %s; is it waybill?", url, response.Status)
	}
	var health telemetry.Health
	if err := json.NewDecoder(io.LimitReader(response.Body, healthBytes)).Decode(&health); err != nil {
		return nil, fmt.Errorf("reading its answer: %w", err)
	}
	return &health, nil
}
