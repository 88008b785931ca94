// Package telemetry serves what an operator's tools ask for: /metrics for
// Prometheus, /healthz (alive) and /readyz (able to work).
//
// It may import nothing else of Waybill. Start reading at Serve.
package telemetry
