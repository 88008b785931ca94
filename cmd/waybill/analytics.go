package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"waybill/analytics/grants"
	"waybill/internal/roles"
	"waybill/schemas"
)

type analyticsCmd struct {
	Grant  analyticsGrantCmd  `cmd:"" help:"Let a tenant's people ask ClickHouse themselves."`
	Revoke analyticsRevokeCmd `cmd:"" help:"Take that back."`
}

// readerArgs name a tenant and the user of ClickHouse that reads for it.
type readerArgs struct {
	Tenant string `arg:"" help:"Whose rows are read, and nobody else's."`
	User   string `help:"Name to log in with. Default: reader_ and the tenant's." placeholder:"NAME"`
}

func (r readerArgs) grant(g *globals) grants.Grant {
	made := grants.Grant{Tenant: r.Tenant, User: r.User, Database: g.settings.ClickHouse.Database, Operator: g.settings.ClickHouse.User}
	if roles.Cluster(g.settings).Replicated {
		made.Cluster = g.settings.ClickHouse.Cluster
	}
	if made.User == "" {
		made.User = grants.UserName(r.Tenant)
	}
	return made
}

type analyticsGrantCmd struct {
	formatFlag
	readerArgs
	For          string         `help:"server: statements for a server whose users are made by SQL. embedded: a file for the folder users.d of the embedded engine, or of a server whose users are in files." enum:"server,embedded" default:"server"`
	PasswordFile string         `help:"File whose first line is the password. Default: one is made, and shown this once." type:"path" placeholder:"FILE"`
	Hosts        []netip.Prefix `help:"Networks from which the user may come. Default: any; for embedded, this machine." placeholder:"CIDR"`
}

func (*analyticsGrantCmd) Help() string {
	return `Prints what makes a user of ClickHouse who reads what the tenant may see, always final, within bounds of memory and time, and
can change nothing. The password goes to standard error; only its digest is in what is printed. Again with the same user, it is made
anew. A server carries it out; the embedded engine reads the folder users.d beside its users.xml when it starts.

Examples:

    waybill analytics grant acme | clickhouse-client --user admin --password ...
    waybill analytics grant acme --for embedded > data/clickhouse/users.d/acme.xml
    waybill analytics grant acme --user acme_bi --hosts 10.1.0.0/16 --password-file acme.password`
}

func (c *analyticsGrantCmd) Run(ctx context.Context, g *globals) error {
	made := c.grant(g)
	made.Hosts = c.Hosts
	password, isNew, err := c.password()
	if err != nil {
		return err
	}
	made.Password = password
	if err := made.Check(); err != nil {
		return wrongUseError{err}
	}
	text := made.SQL()
	if c.For == "embedded" {
		if text, err = made.XML(); err != nil {
			return err
		}
	}
	recordBeside(ctx, g, entryOf(schemas.ActReaderGrant, made.Tenant, "", "user", made.User))
	if !c.json() {
		if isNew {
			fmt.Fprintf(os.Stderr, "user %s, password %s (shown this once)\n", made.User, password)
		}
		_, err = fmt.Print(text)
		return err
	}
	printed := map[string]string{"tenant": made.Tenant, "user": made.User, "text": text}
	if isNew {
		printed["password"] = password
	}
	return printJSON(printed)
}

// password reads the one that is given, or makes one.
func (c *analyticsGrantCmd) password() (text string, isNew bool, err error) {
	if c.PasswordFile == "" {
		return rand.Text(), true, nil
	}
	content, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", false, fmt.Errorf("reading the password: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimSuffix(line, "\r"), false, nil
}

type analyticsRevokeCmd struct {
	formatFlag
	readerArgs
}

func (*analyticsRevokeCmd) Help() string {
	return `Prints the statements that take the user and its filters away from a server. On the embedded engine, remove its file from
users.d and start again.

Example:

    waybill analytics revoke acme | clickhouse-client --user admin --password ...`
}

func (c *analyticsRevokeCmd) Run(ctx context.Context, g *globals) error {
	taken := c.grant(g)
	recordBeside(ctx, g, entryOf(schemas.ActReaderRevoke, taken.Tenant, "", "user", taken.User))
	if c.json() {
		return printJSON(map[string]string{"tenant": taken.Tenant, "user": taken.User, "text": taken.RevokeSQL()})
	}
	_, err := fmt.Print(taken.RevokeSQL())
	return err
}
