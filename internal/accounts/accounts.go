package accounts

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Account is a tenant's account at a carrier or a platform.
type Account struct {
	// Name tells the accounts of a tenant apart; a registration names one by it
	// (carrier_account).
	Name string `yaml:"name"`
	// Tenant is whose account it is.
	Tenant string `yaml:"tenant"`
	// Source is the dialect: shippo, royal-mail.
	Source string `yaml:"source"`
	// Inbound says how webhooks from the source prove themselves; nil: none are
	// taken.
	Inbound *Inbound `yaml:"inbound"`
	// Polling says how the source is asked; nil: it is not.
	Polling *Polling `yaml:"polling"`
}

// Inbound says how the webhooks of an account prove who sent them.
type Inbound struct {
	// Scheme is how they do. Empty: the source's own way.
	Scheme string `yaml:"scheme"`
	// Secrets are valid at the same time, for rotation.
	Secrets []Secret `yaml:"secrets"`
	// User goes with the secrets where the scheme is basic.
	User string `yaml:"user"`
	// Header is where a static key is looked for. Empty: where the source puts
	// it.
	Header string `yaml:"header"`
	// KeySet is the URL or the file of public keys (JWKS). Empty: the source's.
	KeySet string `yaml:"key_set"`
}

// Polling says how a source is asked.
type Polling struct {
	// URL is where its API begins. Empty: the published address.
	URL string `yaml:"url"`
	// Key is its API key, or the client id where there are two parts.
	Key Secret `yaml:"key"`
	// Password is the second part, where there is one.
	Password Secret `yaml:"password"`
	// Rate is how many requests a second it allows. 0: what it publishes.
	Rate float64 `yaml:"rate"`
	// InFlight is how many requests may be under way. 0: what is right for it.
	InFlight int `yaml:"in_flight"`
	// Carriers are those that this account is asked about, by slug, and what
	// the platform calls each. Of a carrier's own account: none.
	Carriers map[string]string `yaml:"carriers"`
}

// Secret says where a secret is: in an environment variable or in a file. One of
// the two is set.
type Secret struct {
	Env  string `yaml:"env"`
	File string `yaml:"file"`
}

// Read gets the secret. Blanks at its ends do not count.
func (s Secret) Read() (string, error) {
	var text string
	switch {
	case s.Env != "" && s.File != "":
		return "", fmt.Errorf("reading a secret: both env %s and file %s are named; one is wanted", s.Env, s.File)
	case s.Env != "":
		text = os.Getenv(s.Env)
	case s.File != "":
		data, err := os.ReadFile(s.File)
		if err != nil {
			return "", fmt.Errorf("reading a secret: %w", err)
		}
		text = string(data)
	default:
		return "", errors.New("reading a secret: neither env nor file is named")
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("reading a secret: %s is empty", s.Env+s.File)
	}
	return text, nil
}
