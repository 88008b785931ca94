// Command bench measures Waybill: each of its parts is one question, answered
// beside the limit of the same bytes in the same run, or beside what is to be
// reached. README.md says what is measured and how; RESULTS.md has the figures,
// PROFILE.md says where the time goes.
//
// It is wiring, like cmd, and may import every room.
//
// Start reading at main.go (the parts by name), then engine (the runtime
// alone), tracking and webhooks (roles, which deployed runs), rig (brokers,
// loads, measured processes, the limit) and report (medians, tables, aims).
package main
