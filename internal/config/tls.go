package config

import (
	"cmp"
	"fmt"
)

// TLS says with which certificates a connection is secured.
type TLS struct {
	CA         string `name:"ca" help:"File of certificates (PEM) that may vouch for the server's, in place of the system's. Here as in the next two, a changed file counts for new connections." placeholder:"FILE" type:"path" form:"file" why:"The server's certificate is of a CA of your own."`
	Cert       string `help:"File of this client's own certificate (PEM), with those between it and its CA, for servers that ask for one." placeholder:"FILE" type:"path" form:"file" why:"The server asks for a certificate."`
	Key        string `help:"File of the key (PEM, not encrypted) of that certificate." placeholder:"FILE" type:"path" form:"file" why:"It belongs to the certificate."`
	ServerName string `help:"Name that the server's certificate must bear. Empty: the host that is connected to." placeholder:"NAME" why:"The address is not a name in the certificate."`
}

// check refuses what contradicts itself. service is the prefix of the flags.
func (t TLS) check(service string, on bool) error {
	if set := cmp.Or(flagOf("ca", t.CA), flagOf("cert", t.Cert), flagOf("key", t.Key), flagOf("server-name", t.ServerName)); set != "" && !on {
		return fmt.Errorf("--%s-tls-%s is set and --%s-tls is not; set that too, or leave this out", service, set, service)
	}
	if (t.Cert == "") != (t.Key == "") {
		return fmt.Errorf("--%s-tls-cert is %q and --%s-tls-key %q; a certificate and its key go together", service, t.Cert, service, t.Key)
	}
	return nil
}

// flagOf is a flag's name where it has a value.
func flagOf(flag, value string) string {
	if value == "" {
		return ""
	}
	return flag
}
