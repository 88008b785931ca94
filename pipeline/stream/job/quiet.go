package job

import "errors"

// Quiet is for jobs to embed that never ask to be woken and start no work: it
// has the methods that are never called then.
type Quiet struct{}

// Wake implements Job.
func (Quiet) Wake(*Call) error { return errors.New("waking a key: this job asks for no wake-ups") }

// Complete implements Job.
func (Quiet) Complete(*Call, any) error {
	return errors.New("completing work: this job starts none")
}
