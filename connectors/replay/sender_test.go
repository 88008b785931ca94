package replay_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/connectors/replay"
)

// payloadFile has a payload a line, each of a parcel of its own.
func payloadFile(n int) []byte {
	var text bytes.Buffer
	for i := range n {
		text.WriteString(track(fmt.Sprint(i+1), "2026-05-03T09:00:00Z"))
		text.WriteByte('\n')
	}
	return text.Bytes()
}

func send(t *testing.T, s *replay.Sender, text []byte, pass int) error {
	t.Helper()
	return replay.Read(payloadOptions(t, "shippo"), func(r *replay.Row) error {
		if pass > 0 {
			pass--
			return nil
		}
		return s.Send(r)
	}, replay.BytesInput("test", text))
}

func liveConfig(t *testing.T, c *kfake.Cluster) replay.PublishConfig {
	config := publishConfig(t, c)
	config.WallClock = true
	return config
}

// Rows are sent as they are read, and counted when Kafka has them; a run that is
// cut off knows after which row to go on, and no row is missing then.
func TestSenderGoesOn(t *testing.T) {
	const rows, until = 5000, 2000
	c := cluster(t, inputs())
	text := payloadFile(rows)
	taken := 0
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		taken++
		return nil, nil, false
	})
	first, err := replay.NewSender(t.Context(), liveConfig(t, c), replay.Counts{})
	require.NoError(t, err)
	part := bytes.Join(bytes.SplitAfter(text, []byte("\n"))[:until], nil)
	require.NoError(t, send(t, first, part, 0))
	marked := first.Acknowledged() // as a kill would leave it
	require.NoError(t, first.Close())
	require.Equal(t, replay.Counts{Rows: until, Events: until}, first.Acknowledged())
	require.LessOrEqual(t, marked.Rows, until)

	second, err := replay.NewSender(t.Context(), liveConfig(t, c), marked)
	require.NoError(t, err)
	require.NoError(t, send(t, second, text, marked.Rows))
	require.NoError(t, second.Close())
	require.Equal(t, replay.Counts{Rows: rows, Events: rows}, second.Acknowledged())
	numbers := make(map[string]bool)
	for _, partitions := range readBack(t, c, until+rows-marked.Rows) {
		for _, records := range partitions {
			for _, r := range records {
				numbers[string(r.Key)] = true
			}
		}
	}
	require.Len(t, numbers, rows)
	require.Positive(t, taken)
}

// What Kafka refuses for good ends the run, and is not counted as published.
func TestSenderSaysWhatKafkaRefuses(t *testing.T) {
	c := cluster(t, inputs())
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return refuse(req.(*kmsg.ProduceRequest)), nil, true
	})
	s, err := replay.NewSender(t.Context(), liveConfig(t, c), replay.Counts{})
	require.NoError(t, err)
	sent := send(t, s, payloadFile(10), 0)
	closed := s.Close()
	require.ErrorIs(t, closed, kerr.MessageTooLarge)
	if sent != nil {
		require.ErrorIs(t, sent, kerr.MessageTooLarge)
	}
	require.Zero(t, s.Acknowledged().Rows)
}

func TestMark(t *testing.T) {
	folder := t.TempDir()
	data, mark := filepath.Join(folder, "a.ndjson"), filepath.Join(folder, "mark.json")
	require.NoError(t, os.WriteFile(data, payloadFile(3), 0o600))
	m, err := replay.ReadMark(mark, []string{data})
	require.NoError(t, err)
	require.Zero(t, m.Counts.Rows)
	m.Counts.Rows = 2
	require.NoError(t, m.Write(mark))
	m, err = replay.ReadMark(mark, []string{data})
	require.NoError(t, err)
	require.Equal(t, 2, m.Counts.Rows)

	for name, files := range map[string][]string{
		"other files":    {data, data},
		"cannot be gone": {"-"},
		"no such file":   {filepath.Join(folder, "none")},
	} {
		_, err = replay.ReadMark(mark, files)
		require.Error(t, err, name)
	}
	require.NoError(t, os.WriteFile(data, payloadFile(4), 0o600))
	_, err = replay.ReadMark(mark, []string{data})
	require.ErrorContains(t, err, "remove it to begin anew")
	require.NoError(t, os.WriteFile(mark, []byte(strings.Repeat("x", 3)), 0o600))
	_, err = replay.ReadMark(mark, []string{data})
	require.ErrorContains(t, err, "how far")
}
