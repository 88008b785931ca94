-- One row a parcel.
INSERT INTO shipments
(
    carrier, tracking_number, epoch, status, code, leg, present_event_id, status_at, terminal, clock_start, clock_stop, clock_stop_local,
    clock_stop_code, delivered_at, delivered_local, delivered_precision, eta_date, original_eta_date, first_event_at, last_event_at, last_scan_at, silent_since,
    stalled_at, attempts, events, service, origin_country, destination_country, closed, created_at, updated_at, version
)
WITH
{{template "parcels.sql"}}
SELECT
    carrier, tracking_number, epoch, status, code, if(fate = 'returned' AND terminal, 'return', 'forward'),
    if(empty(known), '', lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, n, length(known)))))),
    last_at, terminal, clock_start, clock_stop, clock_stop_local,
    stop.1, delivered_at, delivered_local,
    if(isNull(delivered_at), '', precision), if(has_eta, present_eta, NULL), if(has_eta, first_eta, NULL),
    if(empty(known), NULL, addSeconds(start_at, known[1].2)), last_at, last_at, last_at, if(fate = 'silent' AND NOT terminal, last_at + toIntervalDay(5), NULL),
    arrayCount(step -> startsWith(step.1, 'attempt.'), known), length(known), service, origin_country, destination_country,
    terminal AND epoch < until - toIntervalDay(60), epoch, ifNull(addSeconds(last_at, 60), epoch), revision
FROM parcels;
