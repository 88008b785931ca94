package main

import (
	"context"

	"waybill/internal/config"
	"waybill/internal/telemetry"
)

// listenProfiles takes the address of the profiles, if there is one, and returns
// what serves them until its context ends.
func listenProfiles(ctx context.Context, s *config.HTTP) (serve func(context.Context) error, err error) {
	if s.DebugListen == "" {
		return func(context.Context) error { return nil }, nil
	}
	listener, err := telemetry.ListenDebug(ctx, s.DebugListen)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return telemetry.ServeDebug(ctx, listener) }, nil
}
