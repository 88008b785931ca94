// Package accounts reads the file of the tenants' accounts at carriers and
// platforms: whose webhook comes in, how it proves who it is, and whose key a
// poll uses (connectors, C2 and C3). The file holds where secrets are, never the
// secrets; no topic holds either.
//
// It imports schemas/yamlfile alone. Start reading at Account, then Load.
package accounts
