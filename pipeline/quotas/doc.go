// Package quotas holds the rules of quotas (R8): how many units each tenant may
// use in a calendar month, and when that is used up.
//
// Job runs on the stream runtime over the topic usage, a key to each tenant,
// and counts. It alone writes the topic quotas, which tracking reads as a table
// and refuses registrations by. So a quota is known to be used up only after
// the units were committed and counted: what a tenant registers in that time,
// a second or two, is let in beyond its limit.
//
// It may import the standard library, schemas and pipeline/stream/job; no
// client and no clock. Start reading at limits.go, what a file of quotas says,
// then job.go.
package quotas
