// Package telemetry serves what an operator's tools ask for: /metrics for
// Prometheus, /healthz (alive) and /readyz (able to work), and on an address of
// its own what profilers ask for.
//
// It may import nothing else of Waybill. Start reading at Serve.
package telemetry
