package accounts

import (
	"fmt"
	"os"

	"waybill/schemas/yamlfile"
)

// Accounts are all accounts of a deployment. They do not change once they are
// read.
type Accounts struct {
	all []*Account
}

// Load reads the file of accounts. Without a path ("") there are none. The error
// names the file, and in it the account and what is wrong.
func Load(path string) (*Accounts, error) {
	if path == "" {
		return &Accounts{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts: %w", err)
	}
	a, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts %s: %w", path, err)
	}
	return a, nil
}

// Parse reads accounts. It refuses unknown keys and a name that a tenant has
// twice.
func Parse(data []byte) (*Accounts, error) {
	var file struct {
		Accounts []*Account `yaml:"accounts"`
	}
	if err := yamlfile.Decode(data, &file); err != nil {
		return nil, err
	}
	seen := make(map[[2]string]bool)
	for i, a := range file.Accounts {
		if a == nil {
			return nil, fmt.Errorf("account %d is empty", i+1)
		}
		if err := a.check(); err != nil {
			return nil, fmt.Errorf("account %d (%s): %w", i+1, a.Name, err)
		}
		if seen[[2]string{a.Tenant, a.Name}] {
			return nil, fmt.Errorf("account %d (%s): the tenant %s has it twice", i+1, a.Name, a.Tenant)
		}
		seen[[2]string{a.Tenant, a.Name}] = true
	}
	return &Accounts{all: file.Accounts}, nil
}

// All lists the accounts in the order of the file.
func (a *Accounts) All() []*Account { return a.all }
