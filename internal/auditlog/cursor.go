package auditlog

import (
	"encoding/base64"
	"encoding/json"
)

// place is where a page ends. It holds nothing that its reader has not seen.
type place struct {
	AtMS    int64  `json:"t"`
	EntryID string `json:"e"`
}

func (p place) text() string {
	data, _ := json.Marshal(p) //nolint:errchkjson // numbers and strings have a JSON form
	return base64.RawURLEncoding.EncodeToString(data)
}

func readPlace(text string) (p place, err error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil || p.EntryID == "" {
		return p, &InputError{"after", "it is no cursor; take it from the page before, unchanged"}
	}
	return p, nil
}
