package tracking

import "waybill/schemas"

// Decisions are all pairs of a decision on a raw event and the rule that makes
// it: what Config.Decided may be told.
func Decisions() [][2]string {
	return [][2]string{
		{schemas.DecisionAccepted, "O6"}, {schemas.DecisionAccepted, "O7"}, {schemas.DecisionAccepted, "O8"}, {schemas.DecisionAccepted, "D5"},
		{schemas.DecisionDuplicate, "I3"}, {schemas.DecisionDuplicate, "I4"}, {schemas.DecisionDuplicate, "I5"},
		{schemas.DecisionDuplicate, "O8"}, {schemas.DecisionDuplicate, "D5"},
		{schemas.DecisionRevision, "I3"}, {schemas.DecisionRevision, "I4"},
		{schemas.DecisionLate, "O4"}, {schemas.DecisionLate, "O7"},
		{schemas.DecisionOutdated, "O5"}, {schemas.DecisionOutdated, "D5"},
		{schemas.DecisionAfterWindow, "R4"}, {schemas.DecisionOrphan, "R9"}, {schemas.DecisionFlooded, "bounds"},
		{schemas.DecisionHeldReorder, "O1"}, {schemas.DecisionHeldFuture, "T3"}, {schemas.DecisionHeldOrphan, "R9"},
	}
}
