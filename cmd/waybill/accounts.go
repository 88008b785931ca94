package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/connectors/inbound"
	"waybill/connectors/inbound/keyset"
	"waybill/connectors/inbound/proof"
	"waybill/connectors/polling"
	"waybill/internal/accounts"
	"waybill/internal/knowledge"
)

type accountsCmd struct {
	Check accountsCheckCmd `cmd:"" help:"Read the file of accounts, and say which secrets are there."`
}

type accountsCheckCmd struct{ formatFlag }

func (*accountsCheckCmd) Help() string {
	return `Reads the file of --accounts as 'waybill up' does. No secret is printed. The exit code is 1 when an account cannot be used.

Example:

    waybill accounts check --accounts accounts.yaml`
}

// checkedAccount is what the command says of an account.
type checkedAccount struct {
	Tenant  string          `json:"tenant"`
	Name    string          `json:"name"`
	Source  string          `json:"source"`
	Inbound string          `json:"inbound"` // the scheme; empty: no webhooks are taken
	Covers  string          `json:"covers"`  // what a stranger cannot change or send again
	Polling bool            `json:"polling"`
	Secrets []checkedSecret `json:"secrets"`
	Problem string          `json:"problem"` // empty: it can be used
}

// checkedSecret is what it says of a secret, masked.
type checkedSecret struct {
	Where string `json:"where"`
	State string `json:"state"`
}

func (c *accountsCheckCmd) Run(g *globals) error {
	file := g.settings.Connectors.Accounts
	if file == "" {
		return wrongUseError{errors.New("no file of accounts is named; name it with --accounts")}
	}
	all, err := accounts.Load(file)
	if err != nil {
		return err
	}
	checked, bad := make([]checkedAccount, 0, len(all.All())), 0
	for _, a := range all.All() {
		one := checkAccount(a)
		if one.Problem != "" {
			bad++
		}
		checked = append(checked, one)
	}
	if err := c.print(checked); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d accounts in %s cannot be used", bad, len(checked), file)
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	_, err = polling.NewDirectory(all, knows.Carriers, polling.Sources())
	return err
}

// shortSecret is how many bytes a secret should have at least, so that nobody
// finds it out by trying.
const shortSecret = 16

func checkAccount(a *accounts.Account) checkedAccount {
	c := checkedAccount{Tenant: a.Tenant, Name: a.Name, Source: a.Source, Polling: a.Polling != nil}
	for _, s := range a.Secrets() {
		state := "there"
		secret, err := s.Read()
		switch {
		case err != nil:
			state, c.Problem = "missing", err.Error()
		case len(secret) < shortSecret:
			state = fmt.Sprintf("there, only %d bytes", len(secret))
		}
		c.Secrets = append(c.Secrets, checkedSecret{s.String(), state})
	}
	if a.Inbound == nil {
		return c
	}
	sender, err := newSender(a)
	if err != nil {
		c.Problem = err.Error()
		return c
	}
	c.Inbound, c.Covers = sender.Proof.Scheme().Name, sender.Proof.Scheme().Covers
	return c
}

// newSender makes a sender of an account; nothing is fetched for it.
func newSender(a *accounts.Account) (*inbound.Sender, error) {
	return inbound.NewSender(a, func(location string) (proof.KeySet, error) {
		return keyset.New(location, keyset.Client(nil), slog.New(slog.DiscardHandler))
	})
}

func (c *accountsCheckCmd) print(all []checkedAccount) error {
	if c.json() {
		return printJSON(all)
	}
	t := newTable(os.Stdout, "tenant", "account", "source", "inbound", "which covers", "polling", "secrets", "problem")
	for _, a := range all {
		secrets := make([]string, len(a.Secrets))
		for i, s := range a.Secrets {
			secrets[i] = s.Where + ": " + s.State
		}
		t.AppendRow(table.Row{a.Tenant, a.Name, a.Source, orDash(a.Inbound), orDash(a.Covers), yesNo(a.Polling), strings.Join(secrets, "\n"), a.Problem})
	}
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "problem", WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}, {Name: "which covers", WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	t.Render()
	return nil
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "-"
}
