// Package config holds every setting of Waybill and reads them from one YAML
// file, then the environment (WAYBILL_...), then flags; the last wins. One
// library, kong, does all three.
//
// A setting is a field with tags: help says what it is, why the reason to change
// it, default, range and unit which numbers it may be, form which texts (see
// form.go). A field of type Secret gets a sibling that names a file. The tags
// are all that there is: help, checks, reference page and `config check` come
// from them.
//
// It may import nothing else of Waybill. Start reading at Settings, then at
// Options in sources.go.
package config

//go:generate go run ./docgen ../../docs
