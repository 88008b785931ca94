-- One row a parcel, and two for 4 %: another of the same tenant, or of another one, hours later. Where the first one
-- moved away the second stands for the parcel.
INSERT INTO registrations
(
    carrier, tracking_number, epoch, registration_id, tenant, state, reference, tags, registered_at, expires_at, backfill, promised_date, promised_at,
    promised_zone, ship_date, service, origin_country, destination_country, measure, delayed_at, delay_s, accountable_delay_s, previous_status, webhooks,
    status, code, terminal, status_at, clock_start, clock_stop, clock_stop_local, clock_stop_code, delivered_at, delivered_local, delivered_precision,
    original_eta_date, last_event_at, updated_at, first_of_parcel, first_of_tenant, version,
    service_name, service_token, origin_city, origin_postal_code, destination_city, destination_postal_code, shown_status, shown_code, shown_at,
    open_exceptions, unacknowledged_exceptions, eta_date, stalled_at
)
WITH
{{template "parcels.sql"}},
    state IN ('do_not_track', 'refused', 'moved') AS no_stand,
    if(k = 1, state, 'active') AS present_state,
    ifNull(promised_date, ifNull(toDate32(promised_at), if(has_eta, first_eta, NULL))) AS measured_by,
    if(isNull(clock_stop) OR isNull(measured_by), NULL, greatest(0, dateDiff('second', toDateTime64(measured_by + 1, 3, 'UTC'), assumeNotNull(clock_stop)))) AS missed_by_s
SELECT
    carrier, tracking_number, epoch, if(k = 1, registration_id, reverse(registration_id)),
    if(k = 2 AND u_second < 0.02, concat('shop-', leftPad(toString(t % 200 + 1), 3, '0')), tenant),
    present_state, concat('ORDER-', leftPad(toString(intDiv(n * 4, 5)), 9, '0')), if(t % 3 = 0, [if(u_state < 0.5, 'web', 'app')], []),
    addSeconds(epoch, if(k = 1, 0, toInt64(100000 * u_second))), addDays(epoch, 180), 'none', promised_date, promised_at,
    'UTC', toDate32(epoch) + 1, service, origin_country, destination_country, measure,
    if(missed_by_s > 0, toDateTime64(measured_by + 1, 3, 'UTC'), NULL), missed_by_s,
    greatest(0, missed_by_s - if(exception_code IN ('exc.carrier_delay', 'exc.missed_connection', 'exc.misrouted', 'exc.held_by_carrier', 'exc.damaged'), 0, hold_s)),
    if(length(known) < 2, '', transform(known[-2].1, {codes:Array(String)}, {statuses:Array(String)}, '')), if(has_endpoint, intDiv(length(known), 4), 0),
    status, code, terminal, last_at, clock_start, clock_stop, clock_stop_local,
    stop.1, delivered_at, delivered_local,
    if(isNull(delivered_at), '', precision), if(has_eta, first_eta, NULL), last_at, ifNull(addSeconds(last_at, 60), epoch),
    if(k = 1, NOT no_stand, no_stand), if(k = 1, NOT no_stand, u_second < 0.02 OR no_stand), revision,
    concat('Service ', service), service, concat('City of ', home), leftPad(toString(t), 5, '1'), concat('City ', toString(n % 400), ' of ', destination_country),
    leftPad(toString(n % 90000), 5, '0'), status, code, last_at,
    startsWith(code, 'exc.'), startsWith(code, 'exc.'), if(has_eta, present_eta, NULL), if(fate = 'silent' AND NOT terminal, last_at + toIntervalDay(5), NULL)
FROM parcels
ARRAY JOIN if(u_second < 0.04, [1, 2], [1]) AS k;
