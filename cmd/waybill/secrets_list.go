package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/vault"
	"waybill/schemas"
)

type secretsListCmd struct {
	formatFlag
	Wait time.Duration `help:"How long to wait for the outcome." default:"20s"`
}

func (*secretsListCmd) Help() string {
	return `Compares the keys of --secret-keys with what endpoints have, of all tenants. A key without endpoints may go, unless it
seals. What a missing key sealed cannot be sent. As JSON the endpoints are named.

Example:

    waybill secrets list --secret-keys secrets.key --format json`
}

// keyUse says what a key is for and what it sealed.
type keyUse struct {
	// Key is its id, empty for what is not sealed.
	Key string `json:"key"`
	// Use is seals, opens, missing, or clear for what is not sealed.
	Use       string   `json:"use"`
	Secrets   int      `json:"secrets"`
	Headers   int      `json:"headers"`
	Endpoints []string `json:"endpoints"`
}

func (c *secretsListCmd) Run(ctx context.Context, g *globals) error {
	keys, err := vault.Load(g.settings.SecretKeysFile())
	if err != nil {
		return err
	}
	ctx, client, done, err := (&endpointFlags{Wait: c.Wait}).client(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	known, err := client.Table(ctx)
	if err != nil {
		return wayOut(err)
	}
	uses := usesOf(keys, known)
	if err := c.print(uses); err != nil {
		return err
	}
	for _, u := range uses {
		if u.Use == "missing" {
			return fmt.Errorf("key %s is not in the file of --secret-keys: webhooks to %d endpoints wait for it", u.Key, len(u.Endpoints))
		}
	}
	return nil
}

func (c *secretsListCmd) print(uses []*keyUse) error {
	if c.json() {
		return printJSON(uses)
	}
	t := newTable(os.Stdout, "key", "use", "endpoints", "secrets", "headers")
	for _, u := range uses {
		t.AppendRow(table.Row{u.Key, u.Use, len(u.Endpoints), u.Secrets, u.Headers})
	}
	t.Render()
	return nil
}

// usesOf counts what each key sealed, those of the file first.
func usesOf(keys *vault.Vault, known *schemas.EndpointTable) []*keyUse {
	var uses []*keyUse
	for _, id := range keys.KeyIDs() {
		uses = append(uses, &keyUse{Key: id, Use: "opens", Endpoints: []string{}})
	}
	uses[0].Use = "seals"
	of := func(text, endpointID string) *keyUse {
		id := vault.KeyID(text)
		i := slices.IndexFunc(uses, func(u *keyUse) bool { return u.Key == id })
		if i < 0 {
			use := "missing"
			if id == "" {
				use = "clear"
			}
			i, uses = len(uses), append(uses, &keyUse{Key: id, Use: use})
		}
		if !slices.Contains(uses[i].Endpoints, endpointID) {
			uses[i].Endpoints = append(uses[i].Endpoints, endpointID)
		}
		return uses[i]
	}
	for _, e := range slices.SortedFunc(known.All(), byEndpointID) {
		for _, s := range e.Secrets {
			of(s.Secret, e.EndpointID).Secrets++
		}
		for _, value := range e.Headers {
			of(value, e.EndpointID).Headers++
		}
	}
	return uses
}

func byEndpointID(a, b *schemas.WebhookEndpoint) int {
	return strings.Compare(a.EndpointID, b.EndpointID)
}
