// Package remap says what other code maps would have made of history before
// they are used: it reads parcels from ClickHouse, maps their raw codes anew,
// plays both versions through the tracking rules (internal/playback) and
// compares what comes out. It writes nothing.
//
// It imports schemas, connectors/replay for the form of a record,
// internal/playback, internal/knowledge and the ClickHouse client.
//
// Start reading at Run; history.go reads parcels, recode.go maps their events,
// play.go plays and compares, summary.go is what comes out.
package remap
