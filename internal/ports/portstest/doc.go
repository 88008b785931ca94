// Package portstest gives tests ports that must be named before something listens
// on them, or again after it has ended. A test that can let its server choose one
// does that.
//
// It may import internal/ports and testify, nothing else. Start reading at Port.
package portstest
