package config

// Connectors say what comes in beside the topics and the API.
type Connectors struct {
	Accounts string `help:"File of the tenants' accounts at carriers and platforms (YAML): whose webhooks are taken, how they prove who sent them, and whose keys polls use. It says where secrets are, in the environment or in files, and holds none. A change of it, or of a secret's file, counts within a second. Empty: no webhooks of carriers are taken, and nobody is polled." placeholder:"FILE" type:"path" form:"file" why:"Carriers or platforms send you webhooks, or are to be asked."`
}
