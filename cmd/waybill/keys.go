package main

import (
	"context"
	"fmt"
	"strings"

	"waybill/internal/apikeys"
	"waybill/schemas"
)

type keysCmd struct {
	New keysNewCmd `cmd:"" help:"Make a key for a tenant."`
}

type keysNewCmd struct {
	formatFlag
	Tenant string   `help:"Whose key it is: it reaches what is of this tenant, and nothing else." required:""`
	Scopes []string `help:"What it may be used for: register (follow parcels), read (look things up), endpoints (manage them, send webhooks again), admin (all of it)." required:""`
	File   string   `help:"File of keys to add it to; it is made if it is not there. Empty: the entry is printed." type:"path" placeholder:"FILE"`
}

func (*keysNewCmd) Help() string {
	return `Prints the key, this once: the file of --api-keys has its digest and lets nobody in. What is added to that file, or taken
out of it, counts within a second.

Examples:

    waybill keys new --tenant acme --scopes read,endpoints --file api-keys.yaml
    waybill keys new --tenant acme --scopes read --format json`
}

func (c *keysNewCmd) Run(ctx context.Context, g *globals) error {
	key, text, err := apikeys.New(c.Tenant, c.Scopes)
	if err != nil {
		return wrongUseError{err}
	}
	entry, err := key.Entry()
	if err != nil {
		return err
	}
	if c.File != "" {
		if err := apikeys.Add(c.File, key); err != nil {
			return err
		}
		recordBeside(ctx, g, keyAdded(key))
	}
	if c.json() {
		return printJSON(map[string]any{"key": text, "id": key.ID, "tenant": key.Tenant, "scopes": key.Scopes, "sha256": key.SHA256})
	}
	if c.File != "" {
		_, err = fmt.Printf("key  %s\n\nIt is shown this once.\n", text)
		return err
	}
	_, err = fmt.Printf("key  %s\n\nIt is shown this once. This goes into the file of --api-keys:\n\n%s", text, entry)
	return err
}

// keyAdded tells the audit that a key was made and put into its file.
func keyAdded(key *apikeys.Key) schemas.AuditEntry {
	e := entryOf(schemas.ActKeyAdd, key.Tenant, "", "key", key.ID)
	e.Detail = "scopes " + strings.Join(key.Scopes, ",")
	return e
}
