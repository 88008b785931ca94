// Package docs has no code but the tests of the pages in this folder: every link
// and anchor leads somewhere, and every page is found from docs/README.md. That
// the commands of the pages do what they say is tested in cmd/waybill
// (pages_test.go), the sample producers there too, and the sample receivers in
// sinks/webhook. It imports nothing of the project.
package docs
