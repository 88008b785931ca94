package api

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waybill/schemas"
)

// trackingItem is a parcel to follow, with what R1 lists: the fields of the
// contract's Registration that a tenant chooses, by the same names.
type trackingItem struct {
	Carrier        string                `json:"carrier"`
	TrackingNumber string                `json:"tracking_number"`
	IdempotencyKey string                `json:"idempotency_key"`
	Metadata       string                `json:"metadata"`
	Reference      string                `json:"reference"`
	Transaction    string                `json:"transaction"`
	PromisedDate   *string               `json:"promised_date"`
	PromisedAt     *time.Time            `json:"promised_at"`
	PromisedZone   *string               `json:"promised_zone"`
	ServiceLevel   *schemas.ServiceLevel `json:"service_level"`
	Origin         *schemas.Address      `json:"origin"`
	Destination    *schemas.Address      `json:"destination"`
	ShipDate       *string               `json:"ship_date"`
	IsReturn       bool                  `json:"is_return"`
	CarrierAccount string                `json:"carrier_account"`
	WindowDays     *int64                `json:"window_days"`
	Backfill       *string               `json:"backfill"`
	NewEpoch       bool                  `json:"new_epoch"`
	Tags           []string              `json:"tags"`
}

// readItem reads one item of a batch. What is wrong with it is told with its
// field.
func readItem(value []byte) (*trackingItem, *problemError) {
	if value[0] != '{' {
		return nil, problem(http.StatusBadRequest, "it is %s; an object is wanted", told(value))
	}
	item := new(trackingItem)
	if err := json.Unmarshal(value, item, json.RejectUnknownMembers(true)); err != nil {
		return nil, ofItem(err)
	}
	return item, item.check()
}

// ofItem says what is wrong with the JSON of an item, in our words: those of the
// library name types of Go.
func ofItem(err error) *problemError {
	fault, is := errors.AsType[*json.SemanticError](err)
	if !is {
		return problem(http.StatusBadRequest, "it cannot be read: %v", err)
	}
	field := fieldOf(fault.JSONPointer)
	if errors.Is(fault.Err, json.ErrUnknownName) {
		owner := reflect.TypeFor[trackingItem]()
		if fault.GoType != nil && fault.GoType.Kind() == reflect.Struct {
			owner = fault.GoType
		}
		p := unknown("field", fault.JSONPointer.LastToken(), namesOf(owner))
		p.Field = field
		return p
	}
	return wrong(field, "%s is %s; %s is wanted", field, misfit(fault), wanted(fault.GoType))
}

// misfit names a value that is of another kind than it should be.
func misfit(fault *json.SemanticError) string {
	switch {
	case fault.JSONKind == '"' && len(fault.JSONValue) > 0:
		return cut(string(fault.JSONValue)) // a text that cannot be read as what it should be
	case len(fault.JSONValue) > 0:
		return told(fault.JSONValue)
	case fault.JSONKind == '0':
		return "a number"
	}
	return told([]byte{byte(fault.JSONKind)})
}

// fieldOf writes a JSON pointer as fields are named: origin.city, tags[2]. What
// somebody nests without end is cut.
func fieldOf(pointer jsontext.Pointer) string {
	var b strings.Builder
	for token := range pointer.Tokens() {
		token = cut(token)
		switch {
		case b.Len() > maxTold:
			return b.String() + "…"
		case token != "" && strings.Trim(token, "0123456789") == "":
			fmt.Fprintf(&b, "[%s]", token)
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}

// namesOf lists the fields of an object in JSON.
func namesOf(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// check holds an item to the bounds that the pipeline would cut it to: who can
// be told is told.
func (item *trackingItem) check() *problemError {
	if p := checkTexts("", []text{{"reference", item.Reference}, {"transaction", item.Transaction}, {"carrier_account", item.CarrierAccount}}); p != nil {
		return p
	}
	if n := utf8.RuneCountInString(item.Metadata); n > schemas.MaxMetadata {
		return wrong("metadata", "metadata has %d characters; %d are allowed", n, schemas.MaxMetadata)
	}
	if p := checkIdempotencyKey("idempotency_key", item.IdempotencyKey); p != nil {
		return p
	}
	if item.Backfill != nil && !slices.Contains(backfills(), *item.Backfill) {
		return wrong("backfill", "backfill is %q; it may be %s", *item.Backfill, strings.Join(backfills(), ", "))
	}
	if item.WindowDays != nil && (*item.WindowDays < 1 || *item.WindowDays > maxWindowDays) {
		return wrong("window_days", "window_days is %d; it may be 1 to %d", *item.WindowDays, maxWindowDays)
	}
	return item.checkParts()
}

// maxWindowDays is the longest window (R4).
const maxWindowDays = 30

func backfills() []string {
	return []string{schemas.BackfillNone, schemas.BackfillCurrent, schemas.BackfillAll}
}

// checkParts holds tags, service and addresses to their bounds.
func (item *trackingItem) checkParts() *problemError {
	if len(item.Tags) > schemas.MaxTags {
		return wrong("tags", "there are %d tags; %d are allowed", len(item.Tags), schemas.MaxTags)
	}
	for i, tag := range item.Tags {
		if len(tag) > schemas.MaxNameBytes {
			return wrong(fmt.Sprintf("tags[%d]", i), "tags[%d] has %d bytes; %d are allowed", i, len(tag), schemas.MaxNameBytes)
		}
	}
	if s := item.ServiceLevel; s != nil {
		if p := checkTexts("service_level", []text{
			{"name", s.Name}, {"token", s.Token}, {"terms", s.Terms}, {"extended_token", s.ExtendedToken}, {"parent_token", s.ParentToken},
		}); p != nil {
			return p
		}
	}
	if p := checkAddress("origin", item.Origin); p != nil {
		return p
	}
	return checkAddress("destination", item.Destination)
}

func checkAddress(field string, a *schemas.Address) *problemError {
	if a == nil {
		return nil
	}
	return checkTexts(field, []text{
		{"street", a.Street}, {"city", a.City}, {"state", a.State}, {"postal_code", a.PostalCode}, {"country", a.Country},
	})
}

// text is a part of an item that has one.
type text struct{ name, value string }

// checkTexts holds the parts of an object to their bound; of is its field, empty
// for the item itself.
func checkTexts(of string, parts []text) *problemError {
	for _, part := range parts {
		if len(part.value) <= schemas.MaxNameBytes {
			continue
		}
		field := strings.TrimPrefix(of+"."+part.name, ".")
		return wrong(field, "%s has %d bytes; %d are allowed", field, len(part.value), schemas.MaxNameBytes)
	}
	return nil
}

// registration is what goes onto the log for an item. Its id stays empty: the
// first of a tenant and parcel is made of these two (schemas.RegistrationID),
// and who answers knows it.
func (item *trackingItem) registration(tenant string, at time.Time) *schemas.Registration {
	r := &schemas.Registration{
		Tenant: tenant, Carrier: item.Carrier, TrackingNumber: item.TrackingNumber, IdempotencyKey: item.IdempotencyKey,
		Metadata: item.Metadata, Reference: item.Reference, Transaction: item.Transaction,
		PromisedDate: item.PromisedDate, PromisedAt: item.PromisedAt, PromisedZone: item.PromisedZone,
		ServiceLevel: item.ServiceLevel, Origin: item.Origin, Destination: item.Destination, ShipDate: item.ShipDate,
		IsReturn: item.IsReturn, CarrierAccount: item.CarrierAccount, WindowDays: maxWindowDays, Backfill: schemas.BackfillNone,
		NewEpoch: item.NewEpoch, Tags: item.Tags, RegisteredAt: &at,
	}
	if item.WindowDays != nil {
		r.WindowDays = int(*item.WindowDays)
	}
	if item.Backfill != nil {
		r.Backfill = *item.Backfill
	}
	return r
}
