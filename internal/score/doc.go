// Package score measures the rules against a known truth, beside four rules
// that others publish: share of wrong statuses, transitions that nobody was
// told of, webhooks told twice.
//
// Parcels come from connectors/simulate, which knows what happens to each; ours
// run in internal/playback, without a broker. The truth is the simulator's
// story and knows nothing of any rule. docs/score.md has the definitions and the
// figures.
//
// It is wiring and counting. Start reading at Run, then measure.go (what is
// counted), rivals.go and waybill.go.
package score
