package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/internal/config"
	"waybill/internal/registry"
	"waybill/internal/tlsdial"
	"waybill/schemas"
)

// openRegistry makes a client of the schema registry, nil where none is named. told
// is told how its questions go; it may be nil.
func openRegistry(s *config.Settings, log *slog.Logger, told prometheus.Registerer) (*registry.Registry, error) {
	if !s.Registry.Set() {
		return nil, nil
	}
	return registry.New(registry.Options{
		URLs: s.Registry.URL, User: s.Registry.User, Password: string(s.Registry.Password),
		DialTLS:  tlsdial.New("registry", tlsdial.Files(s.Registry.TLSFiles), log).DialContext,
		Subjects: registry.Strategy(s.Registry.Subjects), Prefix: s.Kafka.Prefix, Logger: log, Registerer: told,
	})
}

// needRegistry is openRegistry for commands that are about it.
func needRegistry(g *globals) (*registry.Registry, error) {
	r, err := openRegistry(g.settings, g.log, nil)
	if r == nil && err == nil {
		err = wrongUseError{errors.New("asking the schema registry: none is named; set --registry-url")}
	}
	return r, err
}

// openCodecs makes codecs that ask the schema registry, if one is named. Where
// they are to write Confluent framing it must answer now, and have the schemas.
// The registry, nil for none, is to be let go of.
func openCodecs(ctx context.Context, s *config.Settings, log *slog.Logger, told prometheus.Registerer) (*schemas.Codecs, *registry.Registry, error) {
	r, err := openRegistry(s, log, told)
	if err != nil {
		return nil, nil, err
	}
	var with schemas.Confluent
	if r != nil {
		with.Registry = r
	}
	if s.Registry.Framing {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		with.IDs, err = r.IDs(ctx)
	}
	codecs, broken := with.NewCodecs()
	if err = errors.Join(err, broken); err != nil {
		r.Close()
		return nil, nil, err
	}
	return codecs, r, nil
}

// schemasRegistered tells the audit how much was done in the schema registry.
func schemasRegistered(g *globals, steps int) schemas.AuditEntry {
	e := entryOf(schemas.ActSchemasRegister, "", "", "schemas", g.settings.Kafka.Prefix)
	e.Detail = fmt.Sprintf("%d versions and settings", steps)
	return e
}

// makeSchemas registers the schemas where they are written with.
func makeSchemas(ctx context.Context, g *globals) error {
	if !g.settings.Registry.Framing {
		return nil
	}
	r, err := openRegistry(g.settings, g.log, nil)
	if err != nil {
		return err
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	steps, err := r.Register(ctx, false)
	if len(steps) > 0 {
		g.log.Info("schemas registered", "count", len(steps))
		g.kept = append(g.kept, schemasRegistered(g, len(steps)))
	}
	return err
}
