package tracking

import (
	"waybill/schemas"
)

// symbols are the texts that the layout of a state holds as numbers. Their
// order is part of the layout: only append.
type symbols struct {
	dictionary []string

	precisions, confidences, legs, sourceKinds []string
	backfills, windows                         []string
	finals, holds, inputTopics                 []string // decisions; where raw events lie
}

func newSymbols() *symbols {
	return &symbols{
		dictionary:  dictionary(),
		precisions:  []string{schemas.PrecisionSecond, schemas.PrecisionMinute, schemas.PrecisionDay},
		confidences: []string{schemas.ConfidenceGiven, schemas.ConfidencePlace, schemas.ConfidenceCarrierDefault, schemas.ConfidenceAssumedUTC},
		legs:        []string{"", schemas.LegForward, schemas.LegReturn, schemas.LegExchange},
		sourceKinds: []string{schemas.SourceCarrierPush, schemas.SourceProviderPush, schemas.SourcePoll, schemas.SourceFile, schemas.SourceDerived},
		backfills:   []string{schemas.BackfillNone, schemas.BackfillCurrent, schemas.BackfillAll},
		windows:     []string{stateActive, stateExpired, stateStopped, stateDoNotTrack, stateClosed, stateRefused, stateMoved},
		finals:      []string{"", schemas.DecisionAccepted, schemas.DecisionLate, schemas.DecisionOutdated, schemas.DecisionAfterWindow},
		holds:       []string{schemas.DecisionHeldReorder, schemas.DecisionHeldFuture, schemas.DecisionHeldOrphan},
		inputTopics: []string{schemas.TopicCarrierEvents, schemas.TopicRegistrations},
	}
}
