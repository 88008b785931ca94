// Package body is what webhooks say: Waybill's own form of a body and its JSON.
// The rules of pipeline/tracking fill in a Webhook; what it looks like on the
// wire is written here and nowhere else.
//
// It is pure and imports the standard library and schemas. Start reading at
// webhook.go.
package body
