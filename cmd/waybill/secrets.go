package main

import (
	"crypto/rand"
	"fmt"

	"waybill/internal/vault"
)

type secretsCmd struct {
	NewKey secretsNewKeyCmd `cmd:"" help:"Make a key that seals endpoints' secrets."`
	List   secretsListCmd   `cmd:"" help:"Show which key seals what, to know which can go and which is missing."`
}

type secretsNewKeyCmd struct{ formatFlag }

func (*secretsNewKeyCmd) Help() string {
	return `Prints a line for the file of --secret-keys. The first key of the file seals; all of them open what they sealed. To take
a new one into use, add its line at the end on every machine and restart what runs; then move it to the front, and restart again.

Example:

    umask 077
    waybill secrets new-key >> secrets.key`
}

func (c *secretsNewKeyCmd) Run() error {
	key, err := vault.NewKey(rand.Reader)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]string{"id": key.ID, "key": key.Secret})
	}
	_, err = fmt.Println(key)
	return err
}
