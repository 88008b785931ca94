package body

import "waybill/schemas"

func writeShipment(t *text, s *Shipment) {
	t.string(`{"carrier":`, s.Carrier)
	t.string(`,"tracking_number":`, s.TrackingNumber)
	t.time(`,"epoch":`, s.Epoch)
	t.string(`,"status":`, s.Status)
	t.string(`,"code":`, s.Code)
	t.string(`,"leg":`, s.Leg)
	t.instant(`,"status_at":`, s.StatusAt)
	t.bool(`,"terminal":`, s.Terminal)
	if s.Corrected {
		t.raw(`,"corrected":true`)
	}
	t.instant(`,"delivered_at":`, s.DeliveredAt)
	t.int(`,"attempts":`, int64(s.Attempts))
	t.instant(`,"stalled_at":`, s.StalledAt)
	object(t, `,"eta":`, s.ETA, writeTarget)
	object(t, `,"original_eta":`, s.OriginalETA, writeTarget)
	object(t, `,"promised":`, s.Promised, writeTarget)
	object(t, `,"delay":`, &s.Delay, writeDelay)
	object(t, `,"clock":`, &s.Clock, writeClock)
	list(t, `,"exceptions":`, s.Exceptions, writeException)
	object(t, `,"service_level":`, s.ServiceLevel, writeServiceLevel)
	object(t, `,"origin":`, s.Origin, writeAddress)
	object(t, `,"destination":`, s.Destination, writeAddress)
	t.raw("}")
}

func writeTarget(t *text, g *Target) {
	t.string(`{"date":`, g.Date)
	t.string(`,"zone":`, g.Zone)
	t.instant(`,"at":`, g.At)
	t.raw("}")
}

func writeDelay(t *text, d *Delay) {
	t.string(`{"measure":`, d.Measure)
	t.bool(`,"delayed":`, d.Delayed)
	t.instant(`,"delayed_at":`, d.DelayedAt)
	t.instant(`,"cleared_at":`, d.ClearedAt)
	t.instant(`,"at_risk_at":`, d.AtRiskAt)
	t.seconds(`,"delay_s":`, d.DelayS)
	t.seconds(`,"accountable_delay_s":`, d.AccountableS)
	t.raw("}")
}

func writeException(t *text, e *Exception) {
	t.string(`{"opening_event_id":`, e.OpeningEventID)
	t.string(`,"code":`, e.Code)
	t.string(`,"party":`, e.Party)
	t.int(`,"severity":`, int64(e.Severity))
	t.time(`,"opened_at":`, e.OpenedAt)
	t.instant(`,"closed_at":`, e.ClosedAt)
	t.instant(`,"acknowledged_at":`, e.AcknowledgedAt)
	t.string(`,"acknowledged_by":`, e.AcknowledgedBy)
	t.raw("}")
}

func writeClock(t *text, c *Clock) {
	t.instant(`{"started_at":`, c.StartedAt)
	t.instant(`,"stopped_at":`, c.StoppedAt)
	t.string(`,"stopped_local":`, c.StoppedLocal)
	t.string(`,"stop_code":`, c.StopCode)
	t.seconds(`,"duration_s":`, c.DurationS)
	t.bool(`,"stopped_before_start":`, c.StoppedBeforeStart)
	t.raw("}")
}

func writeServiceLevel(t *text, l *schemas.ServiceLevel) {
	t.string(`{"name":`, l.Name)
	t.string(`,"token":`, l.Token)
	t.string(`,"terms":`, l.Terms)
	t.string(`,"extended_token":`, l.ExtendedToken)
	t.string(`,"parent_token":`, l.ParentToken)
	t.raw("}")
}

func writeAddress(t *text, a *schemas.Address) {
	t.string(`{"street":`, a.Street)
	t.string(`,"city":`, a.City)
	t.string(`,"state":`, a.State)
	t.string(`,"postal_code":`, a.PostalCode)
	t.string(`,"country":`, a.Country)
	t.raw("}")
}
