package stream

import "encoding/json"

// processNote is what a member tells the leader of the group about its
// process. Notes are JSON, so that fields may come and go between versions;
// one that cannot be read says nothing, and a process that says nothing is
// cold.
type processNote struct {
	Process string `json:"process"`
	// Asked counts the rebalances that the process asked for: a member whose
	// metadata is as before gets none.
	Asked int64              `json:"asked,omitempty"`
	Held  map[int32]heldNote `json:"held,omitempty"`
}

// heldNote is what the process has of a task's state. Behind is there when the
// process works on the task or follows it, and so knows.
type heldNote struct {
	Offset int64  `json:"offset"`
	Behind *int64 `json:"behind,omitempty"`
}

func (h heldNote) behind() int64 {
	if h.Behind == nil {
		return -1
	}
	return *h.Behind
}

func (n processNote) encode() []byte { return encodeNote(n) }

func readProcessNote(data []byte) (n processNote) {
	if json.Unmarshal(data, &n) != nil {
		return processNote{}
	}
	for task, h := range n.Held {
		if task < 0 || h.Offset < 0 || h.Behind != nil && *h.Behind < 0 {
			delete(n.Held, task)
		}
	}
	return n
}

// followNote says which tasks a process is to follow: in case that their
// owner dies, and until it can have them.
type followNote struct {
	Standby []int32 `json:"standby,omitempty"`
	Moving  []int32 `json:"moving,omitempty"`
}

func (n followNote) encode() []byte { return encodeNote(n) }

func readFollowNote(data []byte) (n followNote) {
	if json.Unmarshal(data, &n) != nil {
		return followNote{}
	}
	return n
}

func encodeNote(note any) []byte {
	data, err := json.Marshal(note)
	if err != nil {
		return nil // numbers and strings: there is none that cannot be written
	}
	return data
}
