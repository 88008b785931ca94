-- Which parcels somebody followed and no physical scan came of for too long (D3) at a moment, as_of, and how long is usual on their lane.
-- Date basis: arrival of the registration, up to as_of. Counts, no rate. Too long is the 95th percentile of the gap for carrier, service, lane and status in the newest whole version of the baselines, at least 24 and at most 120 hours; where no level of it knows, stalled_after_s; threshold_from says the level, or setting. A silence begins with the last scan, of which a day is over only when it ends; of a parcel that was never scanned, with the end of its ship date. For an as_of in the past, status and last scan are those of the events up to then, and what was stopped or closed by hand since is left out.
-- By: carrier, service, lane, origin, destination, status, threshold_from. Without any: the list of parcels, the longest silent first. Default: none.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "[]" --param_limit 1000 --param_stalled_after_s 259200 --queries-file stalled.sql
WITH
    {by:Array(String)} AS groups,
    {as_of:DateTime64(3, 'UTC')} AS now,
    -- what of a parcel happened up to a moment before its last event; none for the present
    past AS
    (
        WITH -- the order of events (T2); updates of data are no status (O6), nor is what came against the present (O5, O7)
            if(occurred_precision = 'day', over_at - toIntervalSecond(1), occurred_at) AS at,
            code NOT IN ('transit.info_update', 'delivered.post_update') AND status NOT IN ('INVALID', 'EXPIRED') AND decision != 'outdated' AS is_status
        SELECT
            carrier, tracking_number, epoch,
            argMaxIf((toString(status), terminal), (at, version, event_id), is_status) AS present,
            maxIf(toNullable(at), physical_scan) AS scanned_at
        FROM tracking_events
        WHERE type = 'tracking.event' AND occurred_at <= now
            AND (carrier, tracking_number, epoch) IN (SELECT carrier, tracking_number, epoch FROM shipments WHERE last_event_at > now)
        GROUP BY carrier, tracking_number, epoch
    ),
    shipments_then AS
    (
        SELECT
            carrier, tracking_number, epoch, service, origin_country, origin_state, destination_country, destination_state,
            toString(status) AS status, coalesce(silent_since, last_scan_at) AS scanned_at
        FROM shipments
        WHERE NOT terminal AND NOT closed AND (isNull(last_event_at) OR last_event_at <= now)
        UNION ALL
        SELECT
            s.carrier, s.tracking_number, s.epoch, s.service, s.origin_country, s.origin_state, s.destination_country, s.destination_state,
            if(p.present.1 = '', 'PENDING', p.present.1), p.scanned_at
        FROM shipments AS s
        LEFT JOIN past AS p USING (carrier, tracking_number, epoch)
        WHERE s.last_event_at > now AND NOT p.present.2
    ),
    parcels AS
    (
        WITH
            r.state = 'active' OR (r.state IN ('expired', 'stopped') AND r.reason = '' AND r.actor = '' AND r.expires_at > now) AS is_in_window,
            is_in_window AND NOT (r.shown_status IN ('DELIVERED', 'RETURNED', 'FAILED', 'CANCELLED') AND ifNull(r.shown_at <= now, true)) AS follows,
            if({tenant:String} = '', r.first_of_parcel, r.first_of_tenant) AS stands
        SELECT
            s.carrier AS carrier, s.tracking_number AS tracking_number, s.epoch AS epoch, any(s.service) AS baseline_service,
            any(s.origin_country) AS origin_country, any(s.origin_state) AS origin_state,
            any(s.destination_country) AS destination_country, any(s.destination_state) AS destination_state, any(s.status) AS status,
            -- a ship date is over when it is everywhere on earth
            coalesce(any(s.scanned_at), minIf(toDateTime64(addDays(r.ship_date, 1), 3, 'UTC') + toIntervalHour(12), is_in_window)) AS silent_since,
            anyIf((r.registered_at, toString(r.service), toString(r.lane), toString(r.origin_country), toString(r.destination_country), r.reference), stands) AS first
        FROM registrations AS r
        INNER JOIN shipments_then AS s USING (carrier, tracking_number, epoch)
        WHERE ({tenant:String} = '' OR r.tenant = {tenant:String})
            AND r.registered_at <= now
            AND (isNull(s.scanned_at) OR s.scanned_at <= now - toIntervalHour(24))
        GROUP BY carrier, tracking_number, epoch
        HAVING max(follows) AND max(stands) AND isNotNull(silent_since)
            AND first.1 >= {since:DateTime64(3, 'UTC')}
            AND first.1 < {until:DateTime64(3, 'UTC')}
    ),
    gaps AS
    (
        SELECT level, carrier, service, origin_country, origin_state, destination_country, destination_state, status, gap_p95_s
        FROM baselines_in_use
        WHERE samples >= 30
    ),
    silences AS
    (
        SELECT
            p.carrier AS carrier, p.tracking_number AS tracking_number, p.epoch AS epoch, p.status AS status, p.first AS first, p.silent_since AS silent_since,
            dateDiff('millisecond', p.silent_since, now) / 3600000 AS hours,
            multiIf(
                on_lane.status != '' AND (p.origin_state != '' OR p.destination_state != ''), ('lane', on_lane.gap_p95_s),
                on_countries.status != '' AND (p.origin_country != '' OR p.destination_country != ''), ('countries', on_countries.gap_p95_s),
                on_service.status != '' AND p.baseline_service != '', ('service', on_service.gap_p95_s),
                on_carrier.status != '', ('carrier', on_carrier.gap_p95_s),
                ('setting', 0.)) AS usual,
            usual.1 AS threshold_from,
            if(threshold_from = 'setting', {stalled_after_s:UInt32}, least(greatest(floor(usual.2, 3), 86400), 432000)) / 3600 AS threshold
        FROM parcels AS p
        LEFT JOIN gaps AS on_lane ON on_lane.level = 'lane' AND on_lane.carrier = p.carrier AND on_lane.service = p.baseline_service AND on_lane.status = p.status
            AND on_lane.origin_country = p.origin_country AND on_lane.origin_state = p.origin_state
            AND on_lane.destination_country = p.destination_country AND on_lane.destination_state = p.destination_state
        LEFT JOIN gaps AS on_countries ON on_countries.level = 'countries' AND on_countries.carrier = p.carrier AND on_countries.service = p.baseline_service
            AND on_countries.status = p.status AND on_countries.origin_country = p.origin_country AND on_countries.destination_country = p.destination_country
        LEFT JOIN gaps AS on_service ON on_service.level = 'service' AND on_service.carrier = p.carrier AND on_service.service = p.baseline_service
            AND on_service.status = p.status
        LEFT JOIN gaps AS on_carrier ON on_carrier.level = 'carrier' AND on_carrier.carrier = p.carrier AND on_carrier.status = p.status
    )
SELECT
    if(empty(groups) OR has(groups, 'carrier'), s.carrier, '') AS carrier,
    if(empty(groups) OR has(groups, 'service'), s.first.2, '') AS service,
    if(empty(groups) OR has(groups, 'lane'), s.first.3, '') AS lane,
    if(empty(groups) OR has(groups, 'origin'), s.first.4, '') AS origin,
    if(empty(groups) OR has(groups, 'destination'), s.first.5, '') AS destination,
    if(empty(groups) OR has(groups, 'status'), s.status, '') AS status,
    if(empty(groups) OR has(groups, 'threshold_from'), s.threshold_from, '') AS threshold_from,
    if(empty(groups), s.tracking_number, '') AS tracking_number,
    if(empty(groups), s.first.6, '') AS reference,
    min(s.silent_since) AS silent_since,
    round(max(s.hours), 2) AS silent_hours,
    round(min(s.threshold), 2) AS threshold_hours,
    count() AS parcels
FROM silences AS s
WHERE s.hours >= s.threshold
GROUP BY carrier, service, lane, origin, destination, status, threshold_from, tracking_number, reference, if(empty(groups), s.epoch, NULL) WITH TOTALS
ORDER BY silent_hours DESC, carrier, tracking_number, service, lane, origin, destination, status, threshold_from
LIMIT {limit:UInt64}
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
