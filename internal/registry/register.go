package registry

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/sr"

	"waybill/schemas"
)

// Step is one thing that Register did, or would do.
type Step struct {
	Record  string `json:"record"`
	Subject string `json:"subject"`
	// Version is the schema that was put there; 0: the subject's compatibility
	// was set.
	Version int    `json:"version,omitempty"`
	ID      uint32 `json:"id,omitempty"` // that the schema got; 0 when nothing was done
	Level   string `json:"compatibility,omitempty"`
}

// Register puts the schemas of the contract into the registry, oldest first, and
// has it keep each subject BACKWARD_TRANSITIVE. What is there stays: registering
// again does nothing. A version that is older than one that is registered stays
// out, for it would become the latest. With dry it only tells.
func (r *Registry) Register(ctx context.Context, dry bool) ([]Step, error) {
	records, err := schemas.Records()
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, record := range records {
		done, err := r.register(ctx, record, dry)
		steps = append(steps, done...)
		if err != nil {
			return steps, fmt.Errorf("registering %s: %w", record.Name, err)
		}
	}
	return steps, nil
}

func (r *Registry) register(ctx context.Context, record schemas.Record, dry bool) (steps []Step, err error) {
	subject := r.Subject(record)
	known, err := r.find(ctx, record)
	if err != nil {
		return nil, err
	}
	newest := 0
	for _, f := range known {
		newest = max(newest, f.version)
	}
	for version := newest + 1; version <= len(record.Versions); version++ {
		step := Step{Record: record.Name, Subject: subject, Version: version}
		if !dry {
			schema, err := avroOf(record.Versions[version-1])
			if err != nil {
				return steps, err
			}
			id, err := r.client.RegisterSchema(ctx, subject, schema, 0, 0)
			if err != nil {
				return steps, fmt.Errorf("version %d as subject %s: %w", version, subject, r.failed(err))
			}
			step.ID = uint32(id)
		}
		steps = append(steps, step)
	}
	level, err := r.level(ctx, subject)
	if err != nil || keeps(level) {
		return steps, err
	}
	if !dry {
		want := sr.SetCompatibility{Level: sr.CompatBackwardTransitive}
		for _, set := range r.client.SetCompatibility(ctx, want, subject) {
			if set.Err != nil {
				return steps, fmt.Errorf("setting the compatibility of subject %s: %w", subject, r.failed(set.Err))
			}
		}
	}
	return append(steps, Step{Record: record.Name, Subject: subject, Level: sr.CompatBackwardTransitive.String()}), nil
}

// level returns the compatibility that the registry keeps a subject to.
func (r *Registry) level(ctx context.Context, subject string) (sr.CompatibilityLevel, error) {
	for _, of := range []string{subject, sr.GlobalSubject} {
		found := r.client.Compatibility(ctx, of)[0]
		if found.Err == nil {
			return found.Level, nil
		}
		if !unknown(found.Err) {
			return 0, r.failed(found.Err)
		}
	}
	return sr.CompatNone, nil
}

// keeps tells whether a level lets nobody register what could not be read.
func keeps(level sr.CompatibilityLevel) bool {
	return level == sr.CompatBackwardTransitive || level == sr.CompatFullTransitive
}
