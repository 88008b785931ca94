package stream

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

func words(entries map[string][]byte) (any, error) {
	table := map[string]string{}
	for key, value := range entries {
		if string(value) == "bad" {
			return nil, errors.New("a bad word")
		}
		table[key] = string(value)
	}
	return maps.Clone(table), nil
}

// Rule E14: a table is read whole before work starts, follows its topic, and
// stays as it was when a new version cannot be built.
func TestBroadcast(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	d.createCompacted(3, "words")
	for n := range 30 {
		d.produce(&kgo.Record{Topic: "words", Partition: -1, Key: []byte("k"), Value: fmt.Append(nil, "word", n)})
	}
	d.produce(&kgo.Record{Topic: "words", Partition: -1, Key: []byte("k"), Value: []byte("hello")},
		&kgo.Record{Topic: "first", Partition: -1, Key: []byte("k"), Value: []byte("table")})
	cfg := d.config(Live)
	cfg.Broadcasts = []Broadcast{{Topic: "words", Build: words}}
	i := d.start(cfg)
	i.caught()
	require.Equal(t, []string{"hello"}, d.outputs()["k"])

	last := func(want string) bool {
		d.produce(&kgo.Record{Topic: "first", Partition: -1, Key: []byte("k"), Value: []byte("table")})
		i.caught()
		all := d.outputs()["k"]
		return all[len(all)-1] == want
	}
	d.produce(&kgo.Record{Topic: "words", Partition: -1, Key: []byte("k"), Value: []byte("goodbye")})
	eventually(t, func() bool { return last("goodbye") }, "the new word is used")
	d.produce(&kgo.Record{Topic: "words", Partition: -1, Key: []byte("other"), Value: []byte("bad")},
		&kgo.Record{Topic: "words", Partition: -1, Key: []byte("other"), Value: nil},
		&kgo.Record{Topic: "words", Partition: -1, Key: []byte("k"), Value: nil})
	eventually(t, func() bool { return last("") }, "the word has gone")
	i.stop()
}

func TestBroadcastThatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.createCompacted(1, "words")
	d.produce(&kgo.Record{Topic: "words", Key: []byte("k"), Value: []byte("bad")})
	cfg := d.config(Live)
	cfg.Broadcasts = []Broadcast{{Topic: "words", Build: words}}
	require.ErrorContains(t, d.start(cfg).end(), "building the table of broadcast topic words: a bad word")
}

// A reader outlasts a leader that it cannot ask.
func TestBroadcastFollowsThroughFailure(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.createCompacted(1, "words")
	cfg := d.config(Live)
	cfg.Broadcasts = []Broadcast{{Topic: "words", Build: words}}
	net := newNetwork(t, nil)
	i := d.start(net.through(cfg))
	eventually(t, i.Ready, "it is ready")
	net.set(false)
	d.produce(&kgo.Record{Topic: "words", Key: []byte("k"), Value: []byte("hello")})
	net.set(true)
	eventually(t, func() bool { return i.tables.current()["words"].(map[string]string)["k"] == "hello" }, "the word has come")
	d.produce(&kgo.Record{Topic: "first", Key: []byte("k"), Value: []byte("table"), Timestamp: time.Now()})
	i.caught()
	require.Equal(t, []string{"hello"}, d.outputs()["k"])
	i.stop()
}

// A reader whose position was removed reads the topic anew: what is gone from
// the topic goes from the table as well.
func TestBroadcastRecordsRemoved(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	// Kafka does not let records be removed where it compacts and nothing else.
	d.createWith(1, map[string]*string{"retention.ms": new("-1"), "cleanup.policy": new("compact,delete")}, []string{"words"})
	d.produce(&kgo.Record{Topic: "words", Key: []byte("old"), Value: []byte("hello")})
	cfg := d.config(Live)
	cfg.Broadcasts = []Broadcast{{Topic: "words", Build: words}}
	net := newNetwork(t, nil)
	i := d.start(net.through(cfg))
	eventually(t, i.Ready, "it is ready")
	net.set(false)
	d.produce(&kgo.Record{Topic: "words", Key: []byte("old"), Value: nil}, &kgo.Record{Topic: "words", Key: []byte("new"), Value: []byte("goodbye")})
	d.removeRecords("words", 2)
	net.set(true)
	eventually(t, func() bool {
		return maps.Equal(i.tables.current()["words"].(map[string]string), map[string]string{"new": "goodbye"})
	}, "the table is that of the topic")
	i.stop()
}
