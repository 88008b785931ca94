// Package apikeys knows who may use the HTTP API: keys of tenants, each with
// what it may be used for. A file holds them, with nothing in it that lets
// anybody in: of a key only the SHA-256 is kept.
//
// It may import schemas/yamlfile and nothing else of Waybill. Start reading at
// Key, then Keys.Find.
package apikeys
