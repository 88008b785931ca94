// Package registrations measures the HTTP API that parcels are followed by:
// registrations a second in batches, beside a bare producer of the same bytes,
// and how soon a single one is answered.
//
// It may import bench/rig, bench/report and bench/deployed, and what the API is
// made of. Start reading at Run.
package registrations
