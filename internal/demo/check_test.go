package demo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/schemas"
)

// right is a summary in which everything adds up.
func right() *Summary {
	return &Summary{
		Registrations: 5, RawEvents: 12,
		Decisions: map[string]uint64{schemas.DecisionAccepted: 10, schemas.DecisionDuplicate: 2},
		Webhooks:  Webhooks{Delivered: 8, Verified: 8},
		Reports:   Reports{OnTime: OnTime{Delivered: 5, Early: 2, OnTime: 1, Late: 1, Unknown: 1}},
		carriers: map[string]*carrierFigures{
			"scms": {
				parcels: 3, references: 2, onTime: OnTime{Delivered: 3, Early: 1, OnTime: 1, Late: 1},
				laterThanOccurred: 1, deliveredWebhooks: 2,
			},
			"sim": {
				parcels: 4, onTime: OnTime{Early: 1, Open: 1}, doNotTrack: 1, byStatus: map[string]uint64{"RETURNED": 1, "FAILED": 1},
				exceptions: map[string]uint64{"exc.damaged": 1}, openExceptions: 1,
			},
		},
		expired:   map[string]uint64{"sim": 1},
		scms:      &replay.SCMSTruth{Parcels: 3, References: 2, Early: 1, OnTime: 1, Late: 1, RecordedLater: 1, DeliveredWebhooks: 2},
		simulated: &simulate.Summary{Parcels: 4, Early: 1, Open: 1, Invalid: 1, Returned: 1, Lost: 1, OpenExceptions: 1, Expired: 1, Exceptions: map[string]int{"exc.damaged": 1}},
	}
}

// Every figure that is compared is named when it is another.
func TestDifferencesNameWhatDiffers(t *testing.T) {
	require.Empty(t, right().Differences())
	scms := func(s *Summary) *carrierFigures { return s.carriers["scms"] }
	sim := func(s *Summary) *carrierFigures { return s.carriers["sim"] }
	for says, change := range map[string]func(s *Summary){
		"decisions in all, one for each raw event: 13, must be 12": func(s *Summary) { s.Decisions[schemas.DecisionAccepted]++ },
		"raw events that are still held:orphan: 2, must be 0": func(s *Summary) {
			s.Decisions[schemas.DecisionHeldOrphan], s.Decisions[schemas.DecisionDuplicate] = 2, 0
		},
		"webhooks verified by the receiver, as delivered: 7, must be 8": func(s *Summary) { s.Webhooks.Verified-- },
		"webhooks that failed: 1, must be 0":                            func(s *Summary) { s.Webhooks.Failed++ },
		"gaps in the sequences of webhooks: 1, must be 0":               func(s *Summary) { s.SequenceGaps++ },
		"delivered, as early, on time, late and unknown: 6, must be 5":  func(s *Summary) { s.Reports.OnTime.Delivered++ },
		"scms: parcels: 4, must be 3":                                   func(s *Summary) { scms(s).parcels++ },
		"scms: references: 3, must be 2":                                func(s *Summary) { scms(s).references++ },
		"scms: delivered: 2, must be 3":                                 func(s *Summary) { scms(s).onTime.Delivered-- },
		"scms: early: 2, must be 1":                                     func(s *Summary) { scms(s).onTime.Early++ },
		"scms: on time: 0, must be 1":                                   func(s *Summary) { scms(s).onTime.OnTime-- },
		"scms: late: 2, must be 1":                                      func(s *Summary) { scms(s).onTime.Late++ },
		"scms: recorded after they were delivered: 2, must be 1":        func(s *Summary) { scms(s).laterThanOccurred++ },
		"scms: delivered webhooks: 1, must be 2":                        func(s *Summary) { scms(s).deliveredWebhooks-- },
		"sim: parcels: 5, must be 4":                                    func(s *Summary) { sim(s).parcels++ },
		"sim: early: 2, must be 1":                                      func(s *Summary) { sim(s).onTime.Early++ },
		"sim: on time: 1, must be 0":                                    func(s *Summary) { sim(s).onTime.OnTime++ },
		"sim: late: 1, must be 0":                                       func(s *Summary) { sim(s).onTime.Late++ },
		"sim: open: 0, must be 1":                                       func(s *Summary) { sim(s).onTime.Open-- },
		"sim: invalid numbers: 2, must be 1":                            func(s *Summary) { sim(s).doNotTrack++ },
		"sim: returned: 0, must be 1":                                   func(s *Summary) { delete(sim(s).byStatus, "RETURNED") },
		"sim: lost: 2, must be 1":                                       func(s *Summary) { sim(s).byStatus["FAILED"]++ },
		"sim: exceptions that are open: 0, must be 1":                   func(s *Summary) { sim(s).openExceptions-- },
		"sim: exceptions exc.damaged: 2, must be 1":                     func(s *Summary) { sim(s).exceptions["exc.damaged"]++ },
		"sim: exceptions exc.customs: 3, must be 0":                     func(s *Summary) { sim(s).exceptions["exc.customs"] = 3 },
		"windows that ended, sim: 2, must be 1":                         func(s *Summary) { s.expired["sim"]++ },
	} {
		s := right()
		change(s)
		require.Equal(t, []string{says}, s.Differences())
	}
}

// A file of one's own has no truth to compare with, and is checked all the same.
func TestDifferencesOfOtherFiles(t *testing.T) {
	s := right()
	s.scms, s.simulated = nil, nil
	s.carriers["scms"].parcels++
	require.Empty(t, s.Differences())
	s.SequenceGaps++
	require.Len(t, s.Differences(), 1)
}
