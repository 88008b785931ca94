package status

import (
	_ "embed" // the model is a file beside the code
	"fmt"
	"os"
	"slices"
)

//go:embed model.yaml
var defaultModel []byte

// Names of main statuses that code decides by. The model may not lack one.
const (
	Unknown        = "UNKNOWN"
	Pending        = "PENDING"
	Invalid        = "INVALID"
	InTransit      = "IN_TRANSIT"
	Exception      = "EXCEPTION"
	OutForDelivery = "OUT_FOR_DELIVERY"
	Returning      = "RETURNING"
	Delivered      = "DELIVERED"
	Expired        = "EXPIRED"
)

// Codes that code decides by. The model may not lack one.
const (
	CodeRegistered      = "pending.registered"
	CodeNotFound        = "pending.not_found"
	CodeInvalidNumber   = "invalid.number"
	CodeUnsupported     = "invalid.unsupported_product"
	CodeProblemResolved = "transit.problem_resolved"
	CodeNoUpdate        = "expired.no_update"
	CodeUnmapped        = "unknown.unmapped"
)

// Model is one version of the status model. It does not change once it is
// read and is safe for concurrent use.
type Model struct {
	version  string
	statuses []*Status
	codes    []*Code
	byStatus map[string]*Status
	byCode   map[string]*Code
}

// Status is a main status.
type Status struct {
	// Name, for example IN_TRANSIT.
	Name string
	// Rank breaks ties between events of one instant (O2), 0 to 7.
	Rank int
	// Terminal: the parcel's life has ended, and only what the model allows
	// follows (O7).
	Terminal bool
	// OfRegistration: a state of a tenant's registration, never of the parcel
	// (R10).
	OfRegistration bool
	// Fallback is the code of an event that says no more than this status.
	Fallback *Code

	anything bool
	physical bool
	next     []string
}

// Code is one code of the model.
type Code struct {
	// Name is the code itself, for example transit.picked_up.
	Name string
	// Status is the main status the code belongs to.
	Status *Status
	// Title is the code's name for people, in a few words.
	Title string
	// Meaning says in a sentence what the code stands for.
	Meaning string
	// Party answers for it: carrier, shipper, consignee, customs, external,
	// shared, system or unknown.
	Party string
	// Severity: 0 information, 1 watch, 2 act.
	Severity int
	// DataOnly codes never become the present status and are no movement (O6).
	DataOnly bool

	Milestone      bool // flag M: worth a notification
	StartsClock    bool // flag S
	StopsClock     bool // flag X
	Terminal       bool // flag T: ends the parcel's life
	ActionRequired bool // flag A: somebody has to act
	AttemptFailure bool // flag F
	PhysicalScan   bool // flag P: the carrier had the parcel in hands
}

// Default returns the model that Waybill ships.
func Default() (*Model, error) { return Load(defaultModel) }

// LoadFile reads a model of the user's own, which takes the place of the whole
// of Waybill's. Without a path ("") it is Waybill's.
func LoadFile(path string) (*Model, error) {
	if path == "" {
		return Default()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the status model: %w", err)
	}
	m, err := Load(data)
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", path, err)
	}
	return m, nil
}

// Version returns the version of the model, which tracking events bear.
func (m *Model) Version() string { return m.version }

// Statuses returns the main statuses in the order of the model. The caller
// must not change them.
func (m *Model) Statuses() []*Status { return m.statuses }

// Codes returns the codes in the order of the model. The caller must not
// change them.
func (m *Model) Codes() []*Code { return m.codes }

// Status returns a main status by name, or nil.
func (m *Model) Status(name string) *Status { return m.byStatus[name] }

// Code returns a code by name, or nil.
func (m *Model) Code(name string) *Code { return m.byCode[name] }

// Resolve finds the code of an event from what its source says: a main status,
// a code, either or both. Where both are known and disagree, the main status
// wins with its fallback code, for a source's status is surer than its detail.
// What is in no map is unknown.unmapped, and mapped is false.
func (m *Model) Resolve(statusName, codeName string) (code *Code, mapped bool) {
	s, c := m.byStatus[statusName], m.byCode[codeName]
	switch {
	case c != nil && (s == nil || c.Status == s):
	case s != nil:
		c = s.Fallback
	default:
		c = m.byCode[CodeUnmapped]
	}
	return c, c.Name != CodeUnmapped
}

// MayBecome tells whether a parcel whose present status is s may take on the
// status of a newer event with code c (O7).
func (s *Status) MayBecome(c *Code) bool {
	switch {
	case s.anything || s == c.Status:
		return true
	case s.physical:
		return c.PhysicalScan
	}
	return slices.Contains(s.next, c.Status.Name)
}
