package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"waybill/connectors/inbound/proof"
	"waybill/internal/accounts"
)

type inboundCmd struct {
	Sign inboundSignCmd `cmd:"" help:"Print the headers that prove a webhook, to try an account out."`
}

type inboundSignCmd struct {
	formatFlag
	Account string `help:"Account of the file of --accounts whose first secret signs." required:""`
	Tenant  string `help:"Whose account it is, where several tenants have one of that name."`
	File    string `arg:"" help:"Body of the webhook, to be sent as it is; - is standard input."`
}

func (*inboundSignCmd) Help() string {
	return `Prints the headers that the source of an account would send with a body, a line each, for curl's -H @FILE. A signed time is now,
and good for five minutes. With the scheme query there is no header; what the address ends in goes to standard error.

Example:

    waybill inbound sign --account shop shippo.json > headers.txt
    curl -H @headers.txt --data-binary @shippo.json http://127.0.0.1:8081/in/shippo/shop`
}

func (c *inboundSignCmd) Run(g *globals) error {
	all, err := accounts.Load(g.settings.Connectors.Accounts)
	if err != nil {
		return err
	}
	account, err := c.find(all)
	if err != nil {
		return wrongUseError{err}
	}
	sender, err := newSender(account)
	if err != nil {
		return err
	}
	body, err := readInput(c.File)
	if err != nil {
		return wrongUseError{err}
	}
	r := &proof.Request{Method: http.MethodPost, Header: http.Header{}, Query: url.Values{}, Body: body, Time: time.Now()}
	if err := sender.Proof.Sign(r); err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"headers": r.Header, "query": r.Query.Encode()})
	}
	for name, values := range r.Header {
		fmt.Printf("%s: %s\n", name, values[0])
	}
	if query := r.Query.Encode(); query != "" {
		fmt.Fprintf(os.Stderr, "the address ends in ?%s\n", query)
	}
	return nil
}

// find finds the one account that is meant.
func (c *inboundSignCmd) find(all *accounts.Accounts) (*accounts.Account, error) {
	found := slices.DeleteFunc(slices.Clone(all.All()), func(a *accounts.Account) bool {
		return a.Name != c.Account || c.Tenant != "" && a.Tenant != c.Tenant || a.Inbound == nil
	})
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("several tenants have an account %s; name one with --tenant", c.Account)
	}
	var names []string
	for _, a := range all.All() {
		if a.Inbound != nil {
			names = append(names, a.Tenant+"/"+a.Name)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("the file of --accounts has no account that takes webhooks")
	}
	return nil, fmt.Errorf("there is no account %s that takes webhooks; there are %s", c.Account, strings.Join(names, ", "))
}
