// Package body is what webhooks say, and in which shape: Waybill's own form and
// the dialects of two platforms. The rules of pipeline/tracking fill in a
// Webhook, those of pipeline/endpoints a Notice; what they look like on the wire
// is written here and nowhere else.
//
// It is pure and imports the standard library and schemas. Start reading at
// webhook.go, then dialect.go; shippo.go and shipengine.go are the platforms'
// shapes.
package body

//go:generate go run waybill/internal/bodyschema Webhook ../../../docs/webhook.v1.schema.json
//go:generate go run waybill/internal/bodyschema Notice ../../../docs/notice.v1.schema.json
//go:generate go run waybill/internal/bodyschema Test ../../../docs/test.v1.schema.json
