-- How many parcels came early, on time or late, for how many that cannot be told, and how many were still open at a moment, as_of.
-- Date basis: arrival of the registration, up to as_of; delivered after as_of is open. What is known now counts. Denominator of the rates: early + on_time + late. INVALID is left out.
-- By: carrier, service, lane, week. Default: carrier.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['carrier']" --queries-file on-time.sql
WITH
    parcels AS
    (
        SELECT
            if(has({by:Array(String)}, 'carrier'), r.carrier, '') AS by_carrier,
            if(has({by:Array(String)}, 'service'), r.service, '') AS by_service,
            if(has({by:Array(String)}, 'lane'), r.lane, '') AS by_lane,
            if(has({by:Array(String)}, 'week'), formatDateTime(r.registered_at, '%G-W%V'), '') AS by_week,
            r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version,
            if(r.delivered_at > {as_of:DateTime64(3, 'UTC')}, 'open', r.outcome) AS outcome, r.delay_days AS delay_days, r.delivered_at AS delivered_at
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND (r.tenant, r.registration_id, r.epoch) NOT IN (SELECT tenant, registration_id, epoch FROM registrations_moved)
            AND r.registered_at >= {since:DateTime64(3, 'UTC')}
            AND r.registered_at < {until:DateTime64(3, 'UTC')}
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
    ),
    -- the late ones that the carrier does not answer for: not late by more than their time in exceptions of others
    excused AS
    (
        SELECT p.by_carrier AS by_carrier, p.by_service AS by_service, p.by_lane AS by_lane, p.by_week AS by_week
        FROM parcels AS p
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE p.outcome = 'late' AND e.party NOT IN ('', 'carrier') AND e.version >= p.version AND e.opened_at < p.delivered_at
        GROUP BY p.carrier, p.tracking_number, p.epoch, by_carrier, by_service, by_lane, by_week
        HAVING sum(dateDiff('millisecond', e.opened_at, least(ifNull(e.closed_at, p.delivered_at), p.delivered_at))) >= any(p.delay_days) * 86400000
    )
SELECT
    by_carrier AS carrier,
    by_service AS service,
    by_lane AS lane,
    by_week AS week,
    early + on_time + late + unknown AS delivered,
    countIf(outcome = 'early') AS early,
    countIf(outcome = 'on_time') AS on_time,
    countIf(outcome = 'late') AS late,
    countIf(outcome = 'unknown') AS unknown,
    countIf(outcome = 'open') AS open,
    if(early + on_time + late = 0, NULL, round((early + on_time) / (early + on_time + late), 4)) AS on_time_rate,
    late - countIf(outcome = 'excused') AS late_accountable,
    if(early + on_time + late = 0, NULL, round((early + on_time + late - late_accountable) / (early + on_time + late), 4)) AS accountable_rate
FROM
(
    SELECT by_carrier, by_service, by_lane, by_week, outcome FROM parcels
    UNION ALL
    SELECT by_carrier, by_service, by_lane, by_week, 'excused' FROM excused
)
GROUP BY by_carrier, by_service, by_lane, by_week WITH TOTALS
ORDER BY week, carrier, service, lane
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
