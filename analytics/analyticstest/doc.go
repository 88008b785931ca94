// Package analyticstest gives tests a database of ClickHouse with every table.
//
// The migrations are applied once in a test binary, and the databases of its tests
// are copies of what they made: a fifth of the work. What migrations do is the
// subject of the tests of analytics, which apply them.
//
// It may import analytics, internal/embedded/embeddedtest, the ClickHouse client
// and testify.
//
// Start reading at Database.
package analyticstest
