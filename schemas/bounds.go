package schemas

// Bounds on what a tenant gives with a registration (R1). Tracking cuts what is
// longer; who can tell the tenant at once refuses it.
const (
	MaxNameBytes = 100 // of a name, id or part of an address, bytes
	MaxMetadata  = 100 // of the tenant's own text, characters
	MaxTags      = 32
)
