// Package accounts reads the file of the tenants' accounts at carriers and
// platforms: whose webhook comes in, how it proves who it is, and whose key a
// poll uses (connectors, C2 and C3). The file holds where secrets are, never the
// secrets; no topic holds either.
//
// Where the file, or that of a secret, changes, Live has it within a second, so
// that keys rotate without a restart.
//
// It imports schemas/yamlfile alone. Start reading at Account, then Open.
package accounts
