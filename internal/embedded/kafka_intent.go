package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// intentName is the file with the commit that the broker was last asked for. It
// exists while a broker runs on the directory: one that is found at the start
// was left by a broker that was ended by force.
const intentName = "waybill-commit.bin"

// intentVersion is the first version of EndTxn whose producers have an epoch of
// their own for each transaction, so that an epoch tells one from the next.
const intentVersion = 5

// commitIntent is a transaction that the broker is about to commit. kfake keeps
// a transaction's offsets in memory, and writes its markers one by one: this is
// what it takes to complete them.
type commitIntent struct {
	Producer producerEpoch  `json:"producer"`
	Offsets  []stagedOffset `json:"offsets"`
}

// producerEpoch names a transaction.
type producerEpoch struct {
	ID    int64 `json:"id"`
	Epoch int16 `json:"epoch"`
}

// stagedOffset is an offset that takes effect with its transaction. Newer
// clients send the topic's id alone.
type stagedOffset struct {
	Group       string   `json:"group"`
	Topic       string   `json:"topic,omitempty"`
	TopicID     [16]byte `json:"topic_id,omitzero"`
	Partition   int32    `json:"partition"`
	At          int64    `json:"at"`
	LeaderEpoch int32    `json:"leader_epoch"`
	Metadata    string   `json:"metadata,omitempty"`
}

// intentJournal writes the intent of each commit before the broker acts on it.
// The broker handles one request at a time, so only the last can be half done,
// and one place for one intent is enough.
type intentJournal struct {
	file   *os.File
	fsync  bool
	staged map[producerEpoch][]stagedOffset
}

// openIntentJournal makes the file, empty.
func openIntentJournal(dir string, fsync bool) (*intentJournal, error) {
	f, err := os.OpenFile(filepath.Join(dir, intentName), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, plainMode)
	if err != nil {
		return nil, fmt.Errorf("opening the journal of commits: %w", err)
	}
	return &intentJournal{file: f, fsync: fsync, staged: make(map[producerEpoch][]stagedOffset)}, nil
}

// watch sees the requests of transactions just before the cluster handles them.
// The cluster calls it for one request at a time.
func (j *intentJournal) watch(cluster *kfake.Cluster) {
	for _, key := range []kmsg.Key{kmsg.TxnOffsetCommit, kmsg.EndTxn} {
		cluster.ControlKey(int16(key), func(req kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			if err := j.observe(req); err != nil {
				// Without an answer the client asks again: no commit without its intent.
				fmt.Fprintf(os.Stderr, "%v\n", err)
				return nil, err, true
			}
			return nil, nil, false
		})
	}
}

func (j *intentJournal) observe(req kmsg.Request) error {
	switch r := req.(type) {
	case *kmsg.TxnOffsetCommitRequest:
		producer := producerEpoch{r.ProducerID, r.ProducerEpoch}
		for _, t := range r.Topics {
			for _, p := range t.Partitions {
				o := stagedOffset{
					Group: r.Group, Topic: t.Topic, TopicID: t.TopicID, Partition: p.Partition,
					At: p.Offset, LeaderEpoch: p.LeaderEpoch,
				}
				if p.Metadata != nil {
					o.Metadata = *p.Metadata
				}
				j.staged[producer] = append(j.staged[producer], o)
			}
		}
	case *kmsg.EndTxnRequest:
		producer := producerEpoch{r.ProducerID, r.ProducerEpoch}
		offsets := j.staged[producer]
		delete(j.staged, producer)
		if r.Commit && r.Version >= intentVersion {
			return j.write(commitIntent{producer, offsets})
		}
	}
	return nil
}

// write puts the intent in the place of the one before.
func (j *intentJournal) write(intent commitIntent) error {
	frame, err := encodeIntent(intent)
	if err != nil {
		return err
	}
	if _, err := j.file.WriteAt(frame, 0); err != nil {
		return fmt.Errorf("writing the journal of commits: %w", err)
	}
	if !j.fsync {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("writing the journal of commits to the disk: %w", err)
	}
	return nil
}

// remove says that the broker has ended in order.
func (j *intentJournal) remove() error {
	return errors.Join(j.file.Close(), os.Remove(j.file.Name()))
}

// intentHeader is the length of the body and its CRC-32, little-endian.
const intentHeader = 8

func encodeIntent(intent commitIntent) ([]byte, error) {
	body, err := json.Marshal(intent)
	if err != nil {
		return nil, fmt.Errorf("encoding the intent of a commit: %w", err)
	}
	frame := make([]byte, intentHeader, intentHeader+len(body))
	binary.LittleEndian.PutUint32(frame[0:], uint32(len(body)))
	binary.LittleEndian.PutUint32(frame[4:], crc32.ChecksumIEEE(body))
	return append(frame, body...), nil
}

// decodeIntent returns nil when there is no whole intent: its commit had not
// begun.
func decodeIntent(frame []byte) *commitIntent {
	if len(frame) < intentHeader {
		return nil
	}
	size, sum := binary.LittleEndian.Uint32(frame[0:]), binary.LittleEndian.Uint32(frame[4:])
	body := frame[intentHeader:]
	if uint64(size) > uint64(len(body)) || crc32.ChecksumIEEE(body[:size]) != sum {
		return nil
	}
	intent := new(commitIntent)
	if json.Unmarshal(body[:size], intent) != nil {
		return nil
	}
	return intent
}

// leftIntent returns what a broker that was ended by force left in dir, and
// whether there was one.
func leftIntent(dir string) (intent *commitIntent, left bool, err error) {
	frame, err := os.ReadFile(filepath.Join(dir, intentName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading the journal of commits: %w", err)
	}
	return decodeIntent(frame), true, nil
}
