package auditlog

import "waybill/internal/listing"

// place is where a page ends.
type place struct {
	AtMS    int64  `json:"t"`
	EntryID string `json:"e"`
}

func readPlace(text string) (place, error) {
	return listing.ReadCursor(text, func(p *place) bool { return p.EntryID != "" })
}
