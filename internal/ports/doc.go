// Package ports finds loopback ports for what has to be there again under the
// number that it had: systems give the ports that it takes to no outgoing
// connection, which would hold one while its owner is away.
//
// It imports the standard library alone; package portstest keeps ports for
// tests.
//
// Start reading at Listen.
package ports
