package audit

import (
	"os"
	"os/user"
	"strconv"

	"waybill/schemas"
)

// By is who acts at the command line of this machine: the user of the operating
// system and the machine's name. named is for whom, if they say so.
func By(named string) schemas.AuditEntry {
	e := Here()
	e.ActorKind, e.OnBehalfOf = schemas.ActorOperator, named
	return e
}

// Here is this process, for what it sees others do. A machine whose name cannot
// be read has none.
func Here() schemas.AuditEntry {
	name := "uid " + strconv.Itoa(os.Getuid())
	if me, err := user.Current(); err == nil {
		name = me.Username
	}
	host, _ := os.Hostname()
	return schemas.AuditEntry{ActorKind: schemas.ActorWaybill, Actor: name, Address: host}
}
