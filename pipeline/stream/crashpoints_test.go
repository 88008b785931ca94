package stream

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// crashPoint is a place in the protocol where a process may die. protocol.md
// tells of each by its name.
type crashPoint struct {
	name  string
	scene scene
	// at tells the requests that the point lies around; nil for a write to
	// the store.
	at func(*deployment) func(kmsg.Request) bool
	// n is which of them it is, counted from the start of the process that
	// dies; 0 to try the first and the second.
	n    int
	fate fate // killBefore or killAfter
}

// scene is what goes on when the process dies.
type scene int

const (
	replaying scene = iota // records come, transactions begin and end
	older                  // so, on a broker that is told the partitions first
	aborting               // so, and calls fail
	restoring              // the state that there was is being read
	handing                // tasks are going to another instance
)

// crashPoints lists them in the order of the protocol, each before and after.
func crashPoints() []crashPoint {
	key := func(k kmsg.Key) func(*deployment) func(kmsg.Request) bool {
		return func(*deployment) func(kmsg.Request) bool { return of(k) }
	}
	var points []crashPoint
	add := func(name string, scene scene, n int, at func(*deployment) func(kmsg.Request) bool) {
		points = append(points,
			crashPoint{name + "/before", scene, at, n, killBefore},
			crashPoint{name + "/after", scene, at, n, killAfter})
	}
	add("take-over", replaying, 1, key(kmsg.InitProducerID))
	add("restore/read", restoring, 1, readsState)
	add("restore/write", restoring, 1, nil)
	add("partitions", older, 0, key(kmsg.AddPartitionsToTxn))
	add("output", replaying, 0, writesOutput)
	add("changelog", replaying, 0, writesState)
	add("group", older, 0, key(kmsg.AddOffsetsToTxn))
	add("offsets", replaying, 0, key(kmsg.TxnOffsetCommit))
	add("commit", replaying, 0, ends(true))
	add("store", replaying, 3, nil) // two are of the restore, of a partition each
	add("abort", aborting, 0, ends(false))
	// The first of each is the start.
	add("hand-over/rejoin", handing, 2, key(kmsg.JoinGroup))
	add("hand-over/assignment", handing, 2, key(kmsg.SyncGroup))
	add("hand-over/given", handing, 3, key(kmsg.JoinGroup))
	add("hand-over/taken", handing, 3, key(kmsg.SyncGroup))
	return points
}

// writesOutput tells requests that bear outputs; changelog records may be with
// them.
func writesOutput(d *deployment) func(kmsg.Request) bool { return d.writes("out") }

// writesState tells requests that bear changelog records.
func writesState(d *deployment) func(kmsg.Request) bool { return d.writes("state") }

func (d *deployment) writes(topic string) func(kmsg.Request) bool {
	id := d.topicID(topic)
	return func(req kmsg.Request) bool {
		produce, ok := req.(*kmsg.ProduceRequest)
		if !ok {
			return false
		}
		for _, t := range produce.Topics {
			if t.Topic == d.prefix+topic || t.TopicID == id {
				return true
			}
		}
		return false
	}
}

// readsState tells requests that read the changelog.
func readsState(d *deployment) func(kmsg.Request) bool {
	id := d.topicID("state")
	return func(req kmsg.Request) bool {
		fetch, ok := req.(*kmsg.FetchRequest)
		if !ok {
			return false
		}
		for _, t := range fetch.Topics {
			if t.Topic == d.prefix+"state" || t.TopicID == id {
				return true
			}
		}
		return false
	}
}

// ends tells requests that commit a transaction, or abort it.
func ends(commit bool) func(*deployment) func(kmsg.Request) bool {
	return func(*deployment) func(kmsg.Request) bool {
		return func(req kmsg.Request) bool {
			end, ok := req.(*kmsg.EndTxnRequest)
			return ok && end.Commit == commit
		}
	}
}

// The page has every point by its name, and no other.
func TestCrashPointsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("protocol.md")
	require.NoError(t, err)
	var listed, known []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/-]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, row[1]+"/before", row[1]+"/after")
	}
	for _, point := range crashPoints() {
		known = append(known, point.name)
	}
	require.Equal(t, known, listed)
}
