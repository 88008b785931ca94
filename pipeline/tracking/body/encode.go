package body

import (
	"bytes"
	"encoding/json"
)

// Max is the bound of a body, in bytes; every body is below it (W12).
const Max = 256 << 10

// Append appends a webhook in Waybill's own form to dst. The same webhook always
// has the same bytes. One that would be too large with its history is written
// without, and says so (W12).
func Append(dst []byte, w *Webhook) []byte {
	t := text(dst)
	writeWebhook(&t, w)
	if len(t)-len(dst) < Max || len(w.History) == 0 {
		return t
	}
	bare := *w
	bare.History, bare.HistoryOmitted = nil, true
	t = t[:len(dst)]
	writeWebhook(&t, &bare)
	return t
}

// toJSON cannot fail: the bodies hold nothing that JSON does not have.
func toJSON(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
