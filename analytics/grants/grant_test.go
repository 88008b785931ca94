package grants_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/analytics/grants"
)

func grantOf(tenant string) *grants.Grant {
	return &grants.Grant{Tenant: tenant, User: grants.UserName(tenant), Password: "a long password", Database: "waybill", Operator: "waybill"}
}

// Tenants are told apart by their users, whatever they are called.
func TestUserName(t *testing.T) {
	require.Equal(t, "reader_acme", grants.UserName("acme"))
	require.Equal(t, "reader_acme_2", grants.UserName("acme_2"))
	require.Regexp(t, "^reader_acm__[0-9a-f]{8}$", grants.UserName("acmé"))
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.OneOf(rapid.StringMatching(`[aA_-]{1,3}`), rapid.StringMatching(`a_[0-9a-f]{8}`), rapid.StringN(1, 80, -1))
		one, two := names.Draw(t, "one"), names.Draw(t, "two")
		require.Equal(t, one == two, grants.UserName(one) == grants.UserName(two))
		require.NoError(t, grantOf(one).Check())
	})
	digested := grants.UserName("a-")
	require.NotEqual(t, digested, grants.UserName(strings.TrimPrefix(digested, "reader_")))
}

func TestCheck(t *testing.T) {
	for problem, change := range map[string]func(*grants.Grant){
		"no tenant":              func(g *grants.Grant) { g.Tenant = "" },
		"small letter":           func(g *grants.Grant) { g.User = "Robert'); DROP TABLE" },
		"is there already":       func(g *grants.Grant) { g.User = "default" },
		"another purpose":        func(g *grants.Grant) { g.User = g.Operator },
		"has 5 characters":       func(g *grants.Grant) { g.Password = "short" },
		"no database":            func(g *grants.Grant) { g.Database = "" },
		"the user \"\"; a name ": func(g *grants.Grant) { g.User = "" },
	} {
		g := grantOf("acme")
		change(g)
		require.ErrorContains(t, g.Check(), problem)
	}
	g := grantOf("acme")
	g.Database = "a database"
	require.NoError(t, g.Check())
	_, err := g.XML()
	require.ErrorContains(t, err, `cannot name the database "a database"`)
}

func TestHosts(t *testing.T) {
	g := grantOf("acme")
	require.Contains(t, g.SQL(), " HOST ANY ")
	g.Hosts = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::/32")}
	require.Contains(t, g.SQL(), " HOST IP '10.1.0.0/16', IP '2001:db8::/32' ")
	file, err := g.XML()
	require.NoError(t, err)
	require.Contains(t, file, "<ip>10.1.0.0/16</ip>")
	require.NotContains(t, file, "127.0.0.1")
}
