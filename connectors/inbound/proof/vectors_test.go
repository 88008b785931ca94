package proof_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/inbound/proof"
)

// The libraries of Standard Webhooks agree on these.
func TestStandardWebhooksVectors(t *testing.T) {
	text, err := os.ReadFile("../../../sinks/webhook/testdata/standard_webhooks.json")
	require.NoError(t, err)
	var file struct {
		Cases []struct {
			Name, Secret, ID, Timestamp, Payload, Expect string
			Signature                                    string `json:"signature_header"`
			Now                                          int64
		}
	}
	require.NoError(t, json.Unmarshal(text, &file))
	require.NotEmpty(t, file.Cases)
	for _, v := range file.Cases {
		p, err := proof.New(proof.Config{Scheme: proof.StandardWebhooks, Secrets: []string{v.Secret}})
		if err != nil {
			require.NotEqual(t, "valid", v.Expect, v.Name)
			continue
		}
		r := blank(v.Payload)
		r.Time = time.Unix(v.Now, 0)
		for name, value := range map[string]string{"webhook-id": v.ID, "webhook-timestamp": v.Timestamp, "webhook-signature": v.Signature} {
			r.Header.Set(name, value)
		}
		require.Equal(t, v.Expect == "valid", p.Check(t.Context(), r) == "", v.Name)
	}
}

// EasyPost's libraries test their own verifiers with this body, secret and
// signature.
func TestEasyPostVector(t *testing.T) {
	sent, err := os.ReadFile("../../../../shared/data/payloads/easypost/easypost_examples__event-body.json")
	if os.IsNotExist(err) {
		t.Skip("the body that EasyPost publishes is not here")
	}
	require.NoError(t, err)
	r := blank("")
	r.Body = bytes.TrimSuffix(sent, []byte("\n"))
	r.Header.Set("X-Hmac-Signature", "hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db")
	require.Empty(t, check(t, proof.Config{Scheme: proof.EasyPost, Secrets: []string{"sécret"}}, r))
	require.Empty(t, check(t, proof.Config{Scheme: proof.EasyPost, Secrets: []string{"se\u0301cret"}}, r), "written in the other normal form")
	require.Equal(t, proof.Mismatch, check(t, proof.Config{Scheme: proof.EasyPost, Secrets: []string{"secret"}}, r))
}

// TrackingMore's page has this example: of the time alone, in hexadecimal
// digits, though its text speaks of the body in base64.
func TestTrackingMoreVector(t *testing.T) {
	const secret, stamp = "2e55b9a3-4dd1-4416-9897-c4bd1e3d738f", "1662371528"
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	require.NoError(t, err)
	r := blank(body)
	r.Time = time.Unix(seconds, 0)
	r.Header = http.Header{"Timestamp": {stamp}, "Signature": {"a37084ab68ae16b77db1f8463f31be9fcc965e2515e03efecf8139bb1e511b06"}}
	require.Empty(t, check(t, proof.Config{Scheme: proof.TrackingMoreTimestamp, Secrets: []string{secret}}, r))
	require.Equal(t, proof.Mismatch, check(t, proof.Config{Scheme: proof.TrackingMore, Secrets: []string{secret}}, r), "it does not cover the body")
}
