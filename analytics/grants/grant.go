package grants

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"waybill/analytics"
)

// Bounds of a query of a granted user, who cannot raise them, and of all its
// queries of an hour.
const (
	maxMemory       = 4 << 30 // bytes
	maxSeconds      = 60
	maxThreads      = 4
	maxQueries      = 4 // at once
	secondsAnHour   = 3600
	minPasswordRune = 12
)

// Grant is a user of ClickHouse who reads what is one tenant's.
type Grant struct {
	// Tenant whose rows are read.
	Tenant string
	// User is the name to log in with; see UserName.
	User string
	// Password is not written down: its SHA-256 is.
	Password string
	// Database holds Waybill's tables.
	Database string
	// Hosts are the networks from which the user may come. None: any, and for
	// the embedded engine this machine.
	Hosts []netip.Prefix
	// Cluster is what statements reach all servers of. Empty: one server.
	Cluster string
	// Operator is the user that Waybill itself has on a server. It goes on
	// reading everything.
	Operator string
}

// Readable are the views that a tenant's people may read. Each has a column
// tenant, by which its rows are filtered. There is no right on any table: its
// primary index can be read past a filter of rows.
func Readable() []string {
	views := []string{"tenant_lives", "tenant_events", "tenant_exceptions", "tenant_eta_changes", "tenant_decisions"} // R5
	for _, table := range analytics.TenantTables() {
		views = append(views, analytics.TenantView(table))
	}
	return views
}

var (
	userName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	// ownDigest is what a name ends with that has a digest, or looks as if it had.
	ownDigest = regexp.MustCompile(`_[0-9a-f]{8}$`)
)

// UserName gives a tenant a name to log in with: reader_ and the tenant's, with
// something of its digest where letters had to give way, so that no two tenants
// come to one user.
func UserName(tenant string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, tenant)
	if plain != tenant || len(plain) > 40 || ownDigest.MatchString(plain) {
		digest := sha256.Sum256([]byte(tenant))
		plain = plain[:min(len(plain), 40)] + "_" + hex.EncodeToString(digest[:4])
	}
	return "reader_" + plain
}

// Check says what is wrong with the grant.
func (g *Grant) Check() error {
	switch {
	case g.Tenant == "":
		return errors.New("granting: no tenant is named")
	case !userName.MatchString(g.User):
		return fmt.Errorf("granting: the user %q; a name has a small letter and then up to 62 small letters, digits and _", g.User)
	case g.User == "default" || g.User == g.Operator:
		return fmt.Errorf("granting: the user %q is there already, for another purpose; choose another name", g.User)
	case len([]rune(g.Password)) < minPasswordRune:
		return fmt.Errorf("granting: the password has %d characters; it needs %d", len([]rune(g.Password)), minPasswordRune)
	case g.Database == "":
		return errors.New("granting: no database is named")
	}
	return nil
}

// digest is how a password is kept.
func (g *Grant) digest() string {
	sum := sha256.Sum256([]byte(g.Password))
	return hex.EncodeToString(sum[:])
}

// filter is the condition on the rows of each thing.
func (g *Grant) filter() string { return "tenant = " + analytics.QuoteText(g.Tenant) }
