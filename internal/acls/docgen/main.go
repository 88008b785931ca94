// Command docgen writes docs/acls.md from package acls, which alone it imports.
package main

import (
	"fmt"
	"os"
	"strings"

	"waybill/internal/acls"
)

func main() {
	if err := os.WriteFile(os.Args[1], []byte(page()), 0o644); err != nil { //nolint:gosec // a page for everyone
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func page() string {
	var out strings.Builder
	out.WriteString(`<!-- Written by go generate from internal/acls. Do not edit. -->

# Rights on Kafka

Where brokers have an authorizer, each part of Waybill gets by with these rights. Each role can have a user of its own
(` + "`--kafka-user`" + `, or the name in its client certificate); a process with several roles needs the rights of all of them.

` + "```" + `
waybill topics acls --role tracking --principal User:tracking --kafka-prefix prod.            # calls of kafka-acls.sh
waybill topics acls --role tracking --principal User:tracking --kafka-prefix prod. --apply    # or give them at once
` + "```" + `

Names are without ` + "`--kafka-prefix`" + `, which stands before the names of topics, groups and transactional ids alike. A name that ends in * is a
beginning (` + "`--resource-pattern-type prefixed`" + `). "all" are the topics that begin with the prefix; without a prefix each topic of Waybill is named,
for the Kafka may have others. Read, Write and Alter let topics be described too. No part needs a right on the cluster: since Kafka 3.0 who may
write to some topic may write idempotently. ` + "`waybill reshard`" + ` is run by an administrator: it needs the rights of the job that it moves, and
Alter on its topics.

That the rights are enough is tested with each role as its own user on Apache Kafka, and that none is too much by taking each of
them away: what it is for is refused then.

`)
	for _, p := range acls.Parts() {
		fmt.Fprintf(&out, "## %s\n\n%s\n\n| on | name | allowed |\n| --- | --- | --- |\n", p.Name, strings.ToUpper(p.About[:1])+p.About[1:])
		rights, _ := acls.Of(p.Name, prefix)
		for _, of := range grouped(rights) {
			fmt.Fprintf(&out, "| %s | %s | %s |\n", of.resource, strings.Join(of.names, ", "), of.operation)
		}
		out.WriteString("\n")
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// prefix is cut from the names again.
const prefix = "prefix."

type row struct {
	resource, operation string
	names               []string
}

// grouped puts together what is allowed on several.
func grouped(rights []acls.Right) (rows []row) {
	for _, r := range rights {
		name := "`" + strings.TrimPrefix(r.Name, prefix) + "`"
		switch {
		case r.Name == prefix:
			name = "all"
		case r.Prefixed:
			name = "`" + strings.TrimPrefix(r.Name, prefix) + "*`"
		}
		if last := len(rows) - 1; last >= 0 && rows[last].resource == r.Resource && rows[last].operation == r.Operation {
			rows[last].names = append(rows[last].names, name)
			continue
		}
		rows = append(rows, row{r.Resource, r.Operation, []string{name}})
	}
	return rows
}
