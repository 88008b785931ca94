package proof_test

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"testing"

	"waybill/connectors/inbound/proof"
)

// No header, query or body ends in a panic, and none proves anything to schemes
// whose secrets nobody knows: what does is a forgery.
func FuzzCheck(f *testing.F) {
	var all []*proof.Proof
	for _, s := range proof.Schemes() {
		r := signed(f, config(s.Name), body)
		for name := range r.Header {
			f.Add(name, r.Header.Get(name), "Timestamp", "1772366400", "token=x", r.Body)
		}
		c := config(s.Name)
		for i := range c.Secrets {
			c.Secrets[i] = base64.StdEncoding.EncodeToString([]byte(rand.Text()))
		}
		all = append(all, made(f, c))
	}
	f.Add("Shippo-Signature", "t=1772366400,v1=00,v1=", "X-Timestamp", "Sun, 01 Mar 2026 12:00:00 -0000", "token=a&token=b", []byte(`{"verifyInfo":{"timeStr":"1772366400","signature":"00"}}`))
	f.Fuzz(func(t *testing.T, name, value, name2, value2, query string, sent []byte) {
		r := blank("")
		r.Header.Set(name, value)
		r.Header.Add(name2, value2)
		r.Query, _ = url.ParseQuery(query)
		r.Body = sent
		for _, p := range all {
			if p.Check(t.Context(), r) == "" {
				t.Fatalf("%s takes a request that nobody has signed", p.Scheme().Name)
			}
		}
	})
}
