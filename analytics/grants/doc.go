// Package grants lets a tenant's people ask ClickHouse themselves: a user who
// reads what is the tenant's, and nothing else.
//
// A Grant is text: statements for a server (SQL), or an entry of its users'
// files (XML), which the embedded engine has too. Readable says what is granted,
// each with a filter of rows. Nothing here connects to anything.
//
// Start reading at Grant.
package grants
