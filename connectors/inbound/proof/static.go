package proof

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// static is a scheme that sends a secret as it is.
type static struct {
	digests [][sha256.Size]byte
	find    func(*Request) (string, Reason)
	put     func(*Request)
}

// clickPostHeader has an underscore, which some proxies drop.
const clickPostHeader = "webhook_key"

func newClickPost(c *Config) (way, error) { return inHeader(c, clickPostHeader), nil }

func newHeader(c *Config) (way, error) { return inHeader(c, c.Header), nil }

func inHeader(c *Config, name string) way {
	return &static{
		digests: digests(c.Secrets, ""),
		find:    func(r *Request) (string, Reason) { return only(r.Header, name) },
		put:     func(r *Request) { r.Header.Set(name, c.Secrets[0]) },
	}
}

// newQuery is a secret in the address, which Shippo advises where it does not
// sign.
func newQuery(c *Config) (way, error) {
	name := or(c.Header, "token")
	return &static{
		digests: digests(c.Secrets, ""),
		find: func(r *Request) (string, Reason) {
			switch values := r.Query[name]; {
			case len(values) == 0 || len(values) == 1 && values[0] == "":
				return "", Missing
			case len(values) > 1 || len(values[0]) > maxHeaderBytes:
				return "", Malformed
			default:
				return values[0], ""
			}
		},
		put: func(r *Request) { r.Query.Set(name, c.Secrets[0]) },
	}, nil
}

func newBearer(c *Config) (way, error) {
	return &static{
		digests: digests(c.Secrets, ""),
		find:    func(r *Request) (string, Reason) { return authorization(r, "Bearer") },
		put:     func(r *Request) { r.Header.Set("Authorization", "Bearer "+c.Secrets[0]) },
	}, nil
}

func newBasic(c *Config) (way, error) {
	return &static{
		digests: digests(c.Secrets, c.User+":"),
		find: func(r *Request) (string, Reason) {
			given, reason := authorization(r, "Basic")
			if reason != "" {
				return "", reason
			}
			pair, err := base64.StdEncoding.DecodeString(given)
			if err != nil {
				return "", Malformed
			}
			return string(pair), ""
		},
		put: func(r *Request) {
			r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.User+":"+c.Secrets[0])))
		},
	}, nil
}

// authorization returns the credentials of a scheme of HTTP.
func authorization(r *Request, scheme string) (string, Reason) {
	given, reason := only(r.Header, "Authorization")
	if reason != "" {
		return "", reason
	}
	name, credentials, _ := strings.Cut(given, " ")
	if credentials = strings.TrimSpace(credentials); credentials == "" || !strings.EqualFold(name, scheme) {
		return "", Malformed
	}
	return credentials, ""
}

func (s *static) check(_ context.Context, r *Request) Reason {
	given, reason := s.find(r)
	if reason == "" && !anyDigest(s.digests, given) {
		return Mismatch
	}
	return reason
}

func (s *static) sign(r *Request) error {
	s.put(r)
	return nil
}
