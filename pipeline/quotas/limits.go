package quotas

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"waybill/schemas/yamlfile"
)

// Limits are the units that tenants may use in a calendar month. They do not
// change and are safe for concurrent use. A nil *Limits limits nobody.
type Limits struct {
	otherwise *int64
	tenants   map[string]*int64
}

// file is a file of quotas:
//
//	default: 10000     # of every tenant that is not named; none: no limit
//	tenants:
//	  acme: 50000
//	  trial: 0         # may register nothing
//	  house: null      # no limit
type file struct {
	Default *int64            `yaml:"default"`
	Tenants map[string]*int64 `yaml:"tenants"`
}

// ParseLimits reads a file of quotas. It refuses keys that are not known, with
// their line, and limits below 0.
func ParseLimits(data []byte) (*Limits, error) {
	var f file
	if err := yamlfile.Decode(data, &f); err != nil {
		return nil, fmt.Errorf("reading the quotas: %w", err)
	}
	if f.Default != nil && *f.Default < 0 {
		return nil, fmt.Errorf("reading the quotas: the default is %d; a limit is 0 or more, and null for none", *f.Default)
	}
	var errs []error
	for _, tenant := range slices.Sorted(maps.Keys(f.Tenants)) {
		if limit := f.Tenants[tenant]; limit != nil && *limit < 0 {
			errs = append(errs, fmt.Errorf("reading the quotas: the limit of %s is %d; a limit is 0 or more, and null for none", tenant, *limit))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &Limits{otherwise: f.Default, tenants: f.Tenants}, nil
}

// Limit gives the units that a tenant may use in a month. When limited is
// false, there is no limit.
func (l *Limits) Limit(tenant string) (units int64, limited bool) {
	if l == nil {
		return 0, false
	}
	limit, named := l.tenants[tenant]
	if !named {
		limit = l.otherwise
	}
	if limit == nil {
		return 0, false
	}
	return *limit, true
}
