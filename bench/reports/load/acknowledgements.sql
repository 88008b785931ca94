-- A quarter of the exceptions was taken in hand by the tenant, some hours after they were opened.
INSERT INTO acknowledgements (tenant, carrier, tracking_number, epoch, registration_id, opening_event_id, acknowledged_at, actor, version)
WITH
{{template "parcels.sql"}},
    addSeconds(exactly, 3600 + toInt64(100000 * u_hold)) AS acknowledged
SELECT tenant, carrier, tracking_number, epoch, registration_id, event_id, acknowledged, concat('agent ', toString(n % 7)), revision
FROM scans
WHERE n % 4 = 0 AND startsWith(code_of_scan, 'exc.') AND acknowledged <= until;
