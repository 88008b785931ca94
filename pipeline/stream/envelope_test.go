package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzParseEnvelope(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 5, 'x'})
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, 5})
	f.Fuzz(func(t *testing.T, data []byte) {
		wakeAt, payload, err := parseEnvelope(data)
		if err == nil {
			require.Equal(t, data, append(appendEnvelopeHead(nil, wakeAt), payload...))
		}
	})
}
