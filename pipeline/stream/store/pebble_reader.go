package store

import "github.com/cockroachdb/pebble/v2"

// reader looks keys up in Pebble for the time between two batches. A look-up by
// itself gathers the files that there are each time; this does it once. It sees
// what was there when it was first asked, and keeps all of that from being
// removed, so it is closed with every batch.
type reader struct{ it *pebble.Iterator }

// read returns what Pebble has under a key, good until the next call; nil for
// nothing.
func (s *pebbleStore) read(key []byte) ([]byte, error) {
	if err := s.d.trouble(nil); err != nil {
		return nil, err
	}
	if s.reader.it == nil {
		it, err := s.d.db.NewIter(&pebble.IterOptions{
			LowerBound: append(appendPartition(nil, s.partition), valueKind),
			UpperBound: append(appendPartition(nil, s.partition), valueKind+1),
			// A key that comes for the first time is in no file. Without the
			// filter, the lowest level would read a block to find that out.
			UseL6Filters: true,
		})
		if err != nil {
			return nil, s.d.trouble(err)
		}
		s.reader.it = it
	}
	it := s.reader.it
	if !it.SeekPrefixGE(key) {
		return nil, s.d.trouble(it.Error())
	}
	data, err := it.ValueAndErr()
	if err != nil {
		return nil, s.d.trouble(err)
	}
	return data, nil
}

// close lets go of what the reader keeps. What it has met was returned by read.
func (r *reader) close() {
	if r.it != nil {
		_ = r.it.Close()
		r.it = nil
	}
}
