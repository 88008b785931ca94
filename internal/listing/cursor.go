package listing

import (
	"encoding/base64"
	"encoding/json"
)

// Cursor gives the text of the place where a page ends, a struct of numbers and
// strings. It hides nothing: a place holds only what its reader has seen.
func Cursor(place any) string {
	data, _ := json.Marshal(place) //nolint:errchkjson // numbers and strings have a JSON form
	return base64.RawURLEncoding.EncodeToString(data)
}

// ReadCursor reads what Cursor gave into a place of the same type; known says
// whether it is one. The error is an *InputError.
func ReadCursor[T any](text string, known func(*T) bool) (place T, err error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &place)
	}
	if err != nil || !known(&place) {
		return place, NoCursor()
	}
	return place, nil
}

// NoCursor is the error of a text that is no cursor.
func NoCursor() *InputError {
	return &InputError{"after", "it is no cursor; take it from the page before, unchanged"}
}
