package endpoints

import (
	"slices"
	"time"

	"waybill/schemas"
)

const (
	// maxSecrets is how many secrets an endpoint has at a time. Each makes the
	// signature header of every call longer.
	maxSecrets = 3
	// defaultOverlap is how long the secrets of before still sign after a
	// rotation that does not say it (W10).
	defaultOverlap = 24 * time.Hour
	// maxOverlap bounds it: a secret that is to go should go.
	maxOverlap = 30 * 24 * time.Hour
	// byDefault as an overlap in a command is the default.
	byDefault = -1
)

// rotate gives an endpoint a new secret. The secrets of before sign beside it
// for the overlap, or not at all when that is 0 (W10). One that was to stop
// before then does.
func (u *turn) rotate(e *endpoint, v *schemas.EndpointCommand) *refusal {
	if r := checkSecret(v.Secret); r != nil {
		return r
	}
	overlap := time.Duration(v.Overlap) * time.Millisecond
	if v.Overlap == byDefault {
		overlap = defaultOverlap
	}
	if v.Overlap < byDefault || v.Overlap > maxOverlap.Milliseconds() {
		return blame("overlap", "overlap is %d ms; it may be from 0, at once, to %d, or -1 for a day", v.Overlap, maxOverlap.Milliseconds())
	}
	end := u.now.Add(overlap)
	secrets := []schemas.EndpointSecret{{Secret: v.Secret, CreatedAt: u.now}}
	for _, s := range e.row.Secrets {
		if s.ExpiresAt == nil || s.ExpiresAt.After(end) {
			s.ExpiresAt = &end
		}
		secrets = append(secrets, s)
	}
	row := *e.row
	row.Secrets = signing(secrets, u.now)
	if r := u.checkSize(&row); r != nil {
		return r
	}
	e.row = &row
	u.answer(e, v)
	until := "the secrets of before no longer sign"
	if overlap > 0 {
		until = "the secrets of before sign until " + end.Format(time.RFC3339)
	}
	u.event(e, schemas.EndpointEventRotated, byCommand(v, until))
	return nil
}

// signing gives those of the secrets, newest first, that have not expired, as
// many as an endpoint may have.
func signing(secrets []schemas.EndpointSecret, now time.Time) []schemas.EndpointSecret {
	left := slices.DeleteFunc(slices.Clone(secrets), func(s schemas.EndpointSecret) bool {
		return s.ExpiresAt != nil && !s.ExpiresAt.After(now)
	})
	return left[:min(len(left), maxSecrets)]
}
