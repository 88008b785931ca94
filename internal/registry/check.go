package registry

import (
	"context"
	"fmt"

	"waybill/schemas"
)

// Standing is how a record type stands in the registry.
type Standing struct {
	Record   string   `json:"record"`
	Subject  string   `json:"subject"`
	Version  int      `json:"version"` // the newest of ours
	ID       uint32   `json:"id"`      // its id; 0: it is not registered
	Level    string   `json:"compatibility"`
	Others   int      `json:"others"`   // versions in the subject that are not ours
	Problems []string `json:"problems"` // what is to be done about
}

// Check compares the registry with the contract.
func (r *Registry) Check(ctx context.Context) ([]Standing, error) {
	records, err := schemas.Records()
	if err != nil {
		return nil, err
	}
	all := make([]Standing, 0, len(records))
	for _, record := range records {
		s, err := r.check(ctx, record)
		if err != nil {
			return nil, fmt.Errorf("checking %s: %w", record.Name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func (r *Registry) check(ctx context.Context, record schemas.Record) (Standing, error) {
	s := Standing{Record: record.Name, Subject: r.Subject(record), Version: len(record.Versions), Problems: []string{}}
	ours, err := r.find(ctx, record)
	if err != nil {
		return s, err
	}
	for _, f := range ours {
		if f.version == s.Version {
			s.ID = f.id
		}
	}
	if s.ID == 0 {
		s.Problems = append(s.Problems, fmt.Sprintf("version %d is not registered; `waybill schemas register` puts it there", s.Version))
	}
	level, err := r.level(ctx, s.Subject)
	if err != nil {
		return s, err
	}
	if s.Level = level.String(); !keeps(level) && s.ID != 0 {
		s.Problems = append(s.Problems, fmt.Sprintf("its compatibility is %s, should be BACKWARD_TRANSITIVE: a schema could be registered that Waybill cannot read", level))
	}
	return s, r.checkOthers(ctx, record, ours, &s)
}

// checkOthers reads the versions of a subject that are not ours as Waybill would
// have to.
func (r *Registry) checkOthers(ctx context.Context, record schemas.Record, ours []found, s *Standing) error {
	versions, err := r.client.SubjectVersions(ctx, s.Subject)
	if unknown(err) {
		return nil
	}
	if err != nil {
		return r.failed(err)
	}
	own := make(map[int]bool)
	for _, f := range ours {
		own[f.place] = true
	}
	for _, version := range versions {
		if own[version] {
			continue
		}
		s.Others++
		there, err := r.client.SchemaByVersion(ctx, s.Subject, version)
		if err != nil {
			return r.failed(err)
		}
		texts, err := r.fetch(ctx, there.ID)
		if err == nil {
			err = record.Reads(texts...)
		} else if !final(err) {
			return err
		}
		if err != nil {
			s.Problems = append(s.Problems, fmt.Sprintf("version %d there (id %d) is not ours and cannot be read: %v", version, there.ID, err))
		}
	}
	return nil
}
