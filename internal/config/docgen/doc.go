// Command docgen writes docs/settings.md, the page of all settings, and
// docs/waybill.yaml, a settings file that has all of them with their defaults,
// so that neither differs from the code. It is run by go generate and may
// import internal/config only.
//
// Start reading at run.
package main
