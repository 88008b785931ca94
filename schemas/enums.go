package schemas

// Symbols of the enums of the contract, as the .avsc files define them.
const (
	BackfillNone    = "none"
	BackfillCurrent = "current"
	BackfillAll     = "all"

	SourceCarrierPush  = "carrier_push"
	SourceProviderPush = "provider_push"
	SourcePoll         = "poll"
	SourceFile         = "file"
	SourceDerived      = "derived"

	PrecisionSecond = "second"
	PrecisionMinute = "minute"
	PrecisionDay    = "day"

	ConfidenceGiven          = "given"
	ConfidencePlace          = "place"
	ConfidenceCarrierDefault = "carrier_default"
	ConfidenceAssumedUTC     = "assumed_utc"

	LegForward  = "forward"
	LegReturn   = "return"
	LegExchange = "exchange"

	OrderShipment = "shipment"
	OrderNone     = "none"

	EndpointUntested  = "untested"
	EndpointEnabled   = "enabled"
	EndpointDisabled  = "disabled"
	EndpointSuspended = "suspended"
	EndpointRejected  = "rejected"

	HealthOK      = ""
	HealthFailing = "failing"

	CommandCreate  = "create"
	CommandUpdate  = "update"
	CommandEnable  = "enable"
	CommandDisable = "disable"
	CommandDelete  = "delete"
	CommandTest    = "test"
	CommandRotate  = "rotate"
	CommandResume  = "resume"

	SignalTestPassed = "test_passed"
	SignalTestFailed = "test_failed"
	SignalGone       = "gone"
	SignalSucceeded  = "succeeded"
	SignalFailed     = "failed"

	EndpointEventCreated     = "created"
	EndpointEventUpdated     = "updated"
	EndpointEventEnabled     = "enabled"
	EndpointEventDisabled    = "disabled"
	EndpointEventDeleted     = "deleted"
	EndpointEventRotated     = "rotated"
	EndpointEventTested      = "tested"
	EndpointEventFailing     = "failing"
	EndpointEventRecovered   = "recovered"
	EndpointEventSuspended   = "suspended"
	EndpointEventResumed     = "resumed"
	EndpointEventRedelivered = "redelivered"

	TriggerEvent  = "event"
	TriggerTest   = "test"
	TriggerManual = "manual"

	OutcomeFailed    = "failed"
	OutcomeDelivered = "delivered"
	OutcomeExpired   = "expired"
	OutcomeCancelled = "cancelled"
)

// Reasons of poll requests (D8).
const (
	PollRegistered     = "registered"       // somebody began to follow the parcel
	PollInterval       = "interval"         // the usual wait is over
	PollOutForDelivery = "out_for_delivery" // the shorter one of what is out for delivery
	PollSilence        = "silence"          // the longer one after long silence
	PollNotFound       = "not_found"        // the carrier did not know the number (D5)
	PollTerminal       = "terminal"         // once more at the end, for what a push may have lost
)

// Decisions: what became of a raw event. The first nine are final.
const (
	DecisionAccepted    = "accepted"
	DecisionDuplicate   = "duplicate"
	DecisionRevision    = "revision"
	DecisionLate        = "late"
	DecisionOutdated    = "outdated"
	DecisionAfterWindow = "after_window"
	DecisionOrphan      = "orphan"
	DecisionFlooded     = "flooded"
	DecisionDeadLetter  = "dead_letter"
	DecisionHeldReorder = "held:reorder"
	DecisionHeldFuture  = "held:future"
	DecisionHeldOrphan  = "held:orphan"
)

// Actions that a registration may ask for (R7). An empty one registers.
const (
	ActionRegister      = "register"
	ActionStop          = "stop"
	ActionClose         = "close"
	ActionCorrect       = "correct"
	ActionAcknowledge   = "acknowledge"
	ActionChangeCarrier = "change_carrier"
	ActionRetract       = "retract"
	ActionErase         = "erase"
)

// Webhook types, from specific to general. The same names are the types of
// derived tracking events.
const (
	TypeDelivered         = "tracking.delivered"
	TypeExceptionOpened   = "tracking.exception_opened"
	TypeExceptionResolved = "tracking.exception_resolved"
	TypeDelayed           = "tracking.delayed"
	TypeDelayCleared      = "tracking.delay_cleared"
	TypeAtRisk            = "tracking.at_risk"
	TypeETAChanged        = "tracking.eta_changed"
	TypeStalled           = "tracking.stalled"
	TypeExpired           = "tracking.expired"
	TypeInvalid           = "tracking.invalid"
	TypeNotFound          = "tracking.not_found"
	TypeReturning         = "tracking.returning"
	TypeHistoryAmended    = "history.amended"
	TypeEventRetracted    = "event.retracted"
	TypeMilestone         = "tracking.milestone"
	TypeStatusChanged     = "tracking.status_changed"
	TypeEvent             = "tracking.event"
	TypeEndpointTest      = "endpoint.test"
	// TypeRefused tells a tenant that a registration was refused (R8).
	TypeRefused = "registration.refused"
)

// Webhook types about an endpoint, for the tenant's other endpoints that name
// them (W8). Who chooses no types does not get them.
const (
	TypeEndpointFailing   = "endpoint.failing"
	TypeEndpointRecovered = "endpoint.recovered"
	TypeEndpointSuspended = "endpoint.suspended"
	TypeEndpointResumed   = "endpoint.resumed"
	TypeEndpointDisabled  = "endpoint.disabled"
)

// Types of the events that keep the audit of what tenants did by hand (R6,
// R7). No webhook has them.
const (
	TypeActionReplace       = "action.replace"
	TypeActionStop          = "action.stop"
	TypeActionClose         = "action.close"
	TypeActionCorrect       = "action.correct"
	TypeActionAcknowledge   = "action.acknowledge"
	TypeActionChangeCarrier = "action.change_carrier"
	TypeActionRetract       = "action.retract"
	TypeActionErase         = "action.erase"
)

// TypeErased is the type of the event by which a parcel's data about persons is
// erased for all who follow it (P1). It is for what keeps data, and no tenant is
// shown it.
const TypeErased = "tracking.erased"

// EvidenceLives is the evidence of an erasure that is about more than the life
// which its event names; its value is LivesAll.
const (
	EvidenceLives = "lives"
	LivesAll      = "all"
)
