package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"waybill/internal/audit"
	"waybill/internal/endpointclient"
	"waybill/schemas"
)

// besideWait is how long a command that needs no Kafka waits for one, to write to
// the audit.
const besideWait = 5 * time.Second

// entryOf is what a command does, for the audit. named is for whom, by --actor.
func entryOf(what, tenant, named, kind, id string) schemas.AuditEntry {
	e := audit.By(named)
	e.Act, e.Tenant, e.ObjectKind, e.ObjectID = what, tenant, kind, id
	return e
}

// openAudit connects for entries. Where the schema registry does not have their
// schema yet they are written without it.
func openAudit(ctx context.Context, g *globals) (*audit.Log, func(), error) {
	codecs, schemaRegistry, err := openCodecs(ctx, g.settings, g.log, nil)
	if err != nil {
		if codecs, err = schemas.NewCodecs(); err != nil {
			return nil, nil, err
		}
	}
	kafka, err := openKafka(ctx, g)
	if err != nil {
		schemaRegistry.Close()
		return nil, nil, err
	}
	entries := &audit.Log{Kafka: kafka, Prefix: g.settings.Kafka.Prefix, Codec: codecs.AuditEntry, Logger: g.log}
	return entries, func() { kafka.Close(); schemaRegistry.Close() }, nil
}

// recorded does what do does between two entries of the audit. Where the first
// cannot be written, nothing is done.
func recorded(ctx context.Context, g *globals, e schemas.AuditEntry, do func() error) error {
	entries, done, err := openAudit(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	beginning, cancel := context.WithTimeout(ctx, patience)
	begun, err := entries.Begin(beginning, &e)
	cancel()
	if err != nil {
		return wayOut(fmt.Errorf("%w; nothing was done", err))
	}
	err = do()
	outcome, reason := ended(err)
	_ = begun.End(ctx, outcome, reason) // the log has it
	return err
}

// ended is how an act ended, in the words of the audit.
func ended(err error) (outcome, reason string) {
	refused, is := errors.AsType[*endpointclient.RefusalError](err)
	switch {
	case err == nil:
		return schemas.AuditDone, ""
	case is:
		return schemas.AuditRefused, strings.ReplaceAll(strings.ToLower(http.StatusText(refused.Status)), " ", "-")
	case errors.Is(err, context.DeadlineExceeded):
		return schemas.AuditFailed, "timeout"
	case errors.Is(err, context.Canceled):
		return schemas.AuditFailed, "interrupted"
	}
	return schemas.AuditFailed, "error"
}

// recordDone writes what was done already to the audit, and waits for Kafka.
func recordDone(ctx context.Context, g *globals, all ...schemas.AuditEntry) error {
	if len(all) == 0 {
		return nil
	}
	entries, done, err := openAudit(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	for i := range all {
		if err := entries.Done(ctx, &all[i]); err != nil {
			return wayOut(err)
		}
	}
	return nil
}

// recordBeside is recordDone for what needs no Kafka, or has more to do: where
// the entry cannot be written, a warning says so.
func recordBeside(ctx context.Context, g *globals, all ...schemas.AuditEntry) {
	ctx, cancel := context.WithTimeout(ctx, besideWait)
	defer cancel()
	if err := recordDone(ctx, g, all...); err != nil {
		g.log.Warn("this was done, and the audit has no entry of it", "audit", true, "act", all[0].Act, "object_id", all[0].ObjectID, "actor", all[0].Actor, "from", all[0].Address, "err", err)
	}
}

// recordKept writes what was done before there was something to write it to.
func (g *globals) recordKept(ctx context.Context) {
	if len(g.kept) > 0 {
		recordBeside(ctx, g, g.kept...)
	}
	g.kept = nil
}
