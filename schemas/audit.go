package schemas

// What is told of in the audit, as audit_entry.v1.avsc has it.
const (
	ActAuthenticate          = "authenticate" // a key that is not known
	ActAccess                = "access"       // a key that may not
	ActEndpointCreate        = "endpoint_create"
	ActEndpointUpdate        = "endpoint_update"
	ActEndpointDelete        = "endpoint_delete"
	ActEndpointEnable        = "endpoint_enable"
	ActEndpointDisable       = "endpoint_disable"
	ActEndpointResume        = "endpoint_resume"
	ActEndpointRotate        = "endpoint_rotate"
	ActEndpointTest          = "endpoint_test"
	ActWebhooksRedeliver     = "webhooks_redeliver"
	ActShipmentRegister      = "shipment_register"
	ActShipmentStop          = "shipment_stop"
	ActShipmentClose         = "shipment_close"
	ActShipmentCorrect       = "shipment_correct"
	ActShipmentAcknowledge   = "shipment_acknowledge"
	ActShipmentChangeCarrier = "shipment_change_carrier"
	ActShipmentRetract       = "shipment_retract"
	ActShipmentErase         = "shipment_erase"
	ActKeyAdd                = "key_add"
	ActKeyChange             = "key_change"
	ActKeyRemove             = "key_remove"
	ActDeadLettersResend     = "dead_letters_resend"
	ActRightsGrant           = "rights_grant"
	ActReaderGrant           = "reader_grant"
	ActReaderRevoke          = "reader_revoke"
	ActTopicsCreate          = "topics_create"
	ActSchemasRegister       = "schemas_register"
	ActTablesMigrate         = "tables_migrate"
	ActJobReshard            = "job_reshard"
)

// AuditActs lists all of them.
func AuditActs() []string {
	return []string{
		ActAuthenticate, ActAccess, ActEndpointCreate, ActEndpointUpdate, ActEndpointDelete, ActEndpointEnable, ActEndpointDisable, ActEndpointResume,
		ActEndpointRotate, ActEndpointTest, ActWebhooksRedeliver, ActShipmentRegister, ActShipmentStop, ActShipmentClose, ActShipmentCorrect,
		ActShipmentAcknowledge, ActShipmentChangeCarrier, ActShipmentRetract, ActShipmentErase, ActKeyAdd, ActKeyChange, ActKeyRemove,
		ActDeadLettersResend, ActRightsGrant, ActReaderGrant, ActReaderRevoke, ActTopicsCreate, ActSchemasRegister, ActTablesMigrate, ActJobReshard,
	}
}

// How an act ended.
const (
	AuditBegun   = "begun"
	AuditDone    = "done"
	AuditRefused = "refused"
	AuditFailed  = "failed"
)

// AuditOutcomes lists all of them.
func AuditOutcomes() []string { return []string{AuditBegun, AuditDone, AuditRefused, AuditFailed} }

// Who acted.
const (
	ActorStranger = "stranger"
	ActorKey      = "key"
	ActorOperator = "operator"
	ActorWaybill  = "waybill"
)
