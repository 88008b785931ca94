-- Ten rows a parcel or so: nine scans, and what the rules noticed by themselves. 2 % come hours to days late, the
-- others within minutes to hours, as their carrier is.
INSERT INTO tracking_events
(
    carrier, tracking_number, epoch, event_id, type, tenant, registration_id, status, code, milestone, starts_clock, stops_clock, terminal,
    action_required, attempt_failure, physical_scan, party, severity, leg, occurred_at, occurred_local, occurred_text, occurred_zone,
    occurred_precision, occurred_confidence, received_at, arrived_at, source, source_kind, raw_code, description, location_city, location_postal_code,
    location_country, map_version, model_version, decision, weakly_identified, previous_status, evidence, object_created, object_updated, version
)
WITH
{{template "parcels.sql"}},
    model AS
    (
        SELECT
            arrayJoin(arrayZip({codes:Array(String)}, {statuses:Array(String)}, {titles:Array(String)}, {parties:Array(String)}, {severities:Array(Int32)}, {flags:Array(String)})) AS m,
            m.1 AS code, m.2 AS status, m.3 AS title, m.4 AS party, m.5 AS severity, m.6 AS flags
    ),
    happenings AS
    (
        SELECT
            *, step, i,
            step.3 AS kind,
            kind = 'tracking.event' AS is_scan,
            addSeconds(start_at, step.2) AS exactly,
            if(is_scan AND precision = 'day', toDateTime64(toStartOfDay(exactly), 3, 'UTC'), exactly) AS occurred,
            if(step.2 < 0.7 * took_s, home_offset, offset) AS local_offset,
            if(step.2 < 0.7 * took_s, home, destination_country) AS country,
            cityHash64({seed:UInt64}, n, i, 'lag') / pow(2, 64) AS u_lag,
            least(until, addSeconds(exactly, if(is_scan, if(u_lag < 0.02, 7200 + toInt64(10000000 * u_lag), 20 + toInt64(lag_s * (0.3 + 3 * pow(u_lag, 4)))), 0))) AS received,
            left(if(is_scan, formatDateTime(addHours(exactly, local_offset), '%Y-%m-%dT%H:%i:%S'), ''), if(precision = 'day', 10, 19)) AS local,
            if(is_scan, concat(if(local_offset < 0, '-', '+'), leftPad(toString(abs(local_offset)), 2, '0'), ':00'), '') AS zone
        FROM
        (
            SELECT
                *,
                arrayConcat(
                    arrayMap(step -> (step.1, step.2, 'tracking.event'), known),
                    if(troubled AND length(known) > 7, [(exception_code, toInt64(0.6 * took_s), 'tracking.exception_opened'), (exception_code, toInt64(0.6 * took_s + hold_s), 'tracking.exception_resolved')], []),
                    if(has_eta AND (troubled OR u_move < 0.1) AND length(known) > 7, [('transit.departed_facility', toInt64(0.6 * took_s), 'tracking.eta_changed')], []),
                    if(promised_date < toDate32(clock_stop), [('transit.at_delivery_depot', end_s - 40000, 'tracking.delayed')], []),
                    if(u_stalled < 0.09 AND length(known) > 5, [('transit.arrived_facility', toInt64(0.5 * took_s), 'tracking.stalled')], [])) AS steps
            FROM parcels
        )
        ARRAY JOIN steps AS step, arrayEnumerate(steps) AS i
    )
SELECT
    h.carrier, h.tracking_number, h.epoch, lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, h.n, h.i)))), h.kind,
    if(h.kind = 'tracking.delayed', h.tenant, ''), if(h.kind = 'tracking.delayed', h.registration_id, ''), m.status, h.step.1,
    position(m.flags, 'M') > 0, position(m.flags, 'S') > 0, position(m.flags, 'X') > 0, position(m.flags, 'T') > 0,
    position(m.flags, 'A') > 0, position(m.flags, 'F') > 0, position(m.flags, 'P') > 0, m.party, m.severity,
    if(startsWith(h.step.1, 'return'), 'return', 'forward'), h.occurred,
    h.local, if(h.precision = 'day', h.local, concat(h.local, h.zone)), h.zone,
    if(h.is_scan, h.precision, 'second'), 'given', h.received, addMilliseconds(h.received, 30 + h.n % 70),
    if(h.is_scan, h.source, 'waybill'), if(h.is_scan, if(endsWith(h.source, 'poll'), 'carrier_poll', 'carrier_push'), 'derived'),
    if(h.is_scan, concat(upper(left(h.carrier, 2)), '_', toString(cityHash64(h.step.1, h.c) % 1000)), ''), m.title,
    if(h.is_scan, concat('City ', toString(cityHash64(h.n, intDiv(h.i, 2)) % 400), ' of ', h.country), ''), if(h.is_scan, leftPad(toString(cityHash64(h.n, intDiv(h.i, 2)) % 400), 5, '0'), ''),
    if(h.is_scan, h.country, ''), if(h.is_scan, concat(h.carrier, '/3'), ''), '1', if(h.is_scan AND h.u_lag < 0.02, 'late', 'accepted'), false,
    if(h.i = 1, '', 'IN_TRANSIT'), if(h.kind = 'tracking.exception_opened', map('opening_code', h.step.1, 'opening_event_id', lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, h.n, 7))))), map()),
    addMilliseconds(h.received, 30 + h.n % 70), addMilliseconds(h.received, 2030 + h.n % 70), 2 + h.i - {older:UInt8}
FROM happenings AS h INNER JOIN model AS m ON h.step.1 = m.code;
