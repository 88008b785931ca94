package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"waybill/internal/acls"
	"waybill/schemas"
)

type topicsACLsCmd struct {
	formatFlag
	Part      []string `required:"" name:"role" help:"Roles, or others that log in to Kafka, one or more of ${acl_parts}." placeholder:"NAME"`
	Principal string   `required:"" help:"Who is to have the rights, as Kafka names it: User:NAME, with a client certificate User:CN=NAME." placeholder:"User:NAME"`
	Apply     bool     `help:"Give the rights, instead of printing the calls of kafka-acls.sh that do. It needs a login that may (Alter on the cluster)."`
}

func (*topicsACLsCmd) Help() string {
	return `The rights are the least that each needs, on topics with --kafka-prefix; docs/acls.md shows them all. Printed are calls of Kafka's
kafka-acls.sh, which take the brokers from $BROKERS and the administrator's login from the file $ADMIN.

Examples:

    waybill topics acls --role tracking --principal User:tracking
    waybill topics acls --role tracking,endpoints,delivery --principal User:waybill --kafka-prefix prod. --apply
    waybill topics acls --role producer --principal User:shop --format json`
}

// Run prints the rights, or gives them.
func (c *topicsACLsCmd) Run(ctx context.Context, g *globals) error {
	rights, err := c.rights(g.settings.Kafka.Prefix)
	if err != nil {
		return wrongUseError{err}
	}
	if c.Apply {
		client, err := openKafka(ctx, g)
		if err != nil {
			return err
		}
		defer client.Close()
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := acls.Grant(ctx, client, rights, c.Principal); err != nil {
			return err
		}
		e := entryOf(schemas.ActRightsGrant, "", "", "principal", c.Principal)
		e.Detail = strings.Join(c.Part, ",")
		recordBeside(ctx, g, e)
	}
	switch {
	case c.json():
		return printJSON(map[string]any{"principal": c.Principal, "applied": c.Apply, "rights": rights})
	case c.Apply:
		_, err = fmt.Printf("%s has %d rights for %s\n", c.Principal, len(rights), strings.Join(c.Part, ", "))
	default:
		_, err = fmt.Println(strings.Join(acls.Commands(rights, c.Principal), "\n"))
	}
	return err
}

// rights are those of all the parts that are named, each once.
func (c *topicsACLsCmd) rights(prefix string) ([]acls.Right, error) {
	if kind, name, _ := strings.Cut(c.Principal, ":"); kind == "" || name == "" {
		return nil, fmt.Errorf("reading --principal %q: it has the form User:NAME", c.Principal)
	}
	var all []acls.Right
	for _, name := range c.Part {
		of, ok := acls.Of(name, prefix)
		if !ok {
			return nil, fmt.Errorf("reading --role: there is no %q; there are %s", name, aclParts())
		}
		for _, r := range of {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("reading --role: none is named")
	}
	return all, nil
}

// aclParts names all that have rights of their own.
func aclParts() string {
	var names []string
	for _, p := range acls.Parts() {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}
