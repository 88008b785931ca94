// Package listing is what all lists of a tenant's rows share: the bounds of a
// page, the span of time it is of, where the next one begins, and the error of a
// question that cannot be answered.
//
// internal/webhooklog, shipmentlog and auditlog ask with it. It may import the
// ClickHouse client, for the form of parameters, and nothing of Waybill.
//
// Start reading at question.go, then cursor.go.
package listing
