-- How many parcels came early, on time or late, for how many that cannot be told, and how many were still open at a moment, as_of.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. What was not yet delivered at as_of is open; else what is known now counts. Basis first-stop: the first attempt or hand-over to a pick-up point stands for the delivery, delivered means stopped, and open that there was none. Denominator of the rates: early + on_time + late. INVALID is left out.
-- By: carrier, service, lane, origin, destination, month, week, day. Default: carrier.
-- Basis: delivery, first-stop.
-- Dates: registered, started, stopped, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['carrier']" --param_basis delivery --param_dates registered --queries-file on-time.sql
WITH
    parcels AS
    (
        SELECT
            if(has({by:Array(String)}, 'carrier'), r.carrier, '') AS by_carrier,
            if(has({by:Array(String)}, 'service'), r.service, '') AS by_service,
            if(has({by:Array(String)}, 'lane'), r.lane, '') AS by_lane,
            if(has({by:Array(String)}, 'origin'), r.origin_country, '') AS by_origin,
            if(has({by:Array(String)}, 'destination'), r.destination_country, '') AS by_destination,
            if(has({by:Array(String)}, 'month'), formatDateTime(assumeNotNull(at), '%Y-%m'), '') AS by_month,
            if(has({by:Array(String)}, 'week'), formatDateTime(assumeNotNull(at), '%G-W%V'), '') AS by_week,
            if(has({by:Array(String)}, 'day'), formatDateTime(assumeNotNull(at), '%Y-%m-%d'), '') AS by_day,
            r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version, r.clock_start AS started_at,
            if({basis:String} = 'first-stop', r.first_stop_at, r.delivered_at) AS stopped_at,
            if({basis:String} = 'first-stop', r.first_stop_late_s, r.late_s) AS late_s,
            if(stopped_at > {as_of:DateTime64(3, 'UTC')}, 'open', if({basis:String} = 'first-stop', r.first_stop_outcome, r.outcome)) AS outcome,
            coalesce( -- the date that was asked for: the other columns are not read
                if({dates:String} = 'registered', r.registered_at, NULL),
                if({dates:String} = 'started', r.clock_start, NULL),
                if({dates:String} = 'stopped' AND {basis:String} = 'delivery', r.delivered_at, NULL),
                if({dates:String} = 'stopped' AND {basis:String} = 'first-stop', r.first_stop_at, NULL),
                if({dates:String} = 'promised', ifNull(r.promise_at, toDateTime64(r.promise_date, 3, 'UTC')), NULL)) AS at
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
            AND at >= {since:DateTime64(3, 'UTC')}
            AND at < {until:DateTime64(3, 'UTC')}
            AND ({dates:String} = 'promised' OR at <= {as_of:DateTime64(3, 'UTC')})
    ),
    -- the late ones that the carrier does not answer for: not late by more than their time in exceptions of others (D6)
    excused AS
    (
        SELECT
            any(p.by_carrier) AS by_carrier, any(p.by_service) AS by_service, any(p.by_lane) AS by_lane, any(p.by_origin) AS by_origin,
            any(p.by_destination) AS by_destination, any(p.by_month) AS by_month, any(p.by_week) AS by_week, any(p.by_day) AS by_day
        FROM parcels AS p
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE p.outcome = 'late' AND e.party NOT IN ('', 'carrier') AND e.version >= p.version
            AND greatest(e.opened_at, ifNull(p.started_at, e.opened_at)) < least(ifNull(e.closed_at, p.stopped_at), p.stopped_at)
        GROUP BY p.carrier, p.tracking_number, p.epoch
        -- time that two of them share counts once
        HAVING intervalLengthSum(toUnixTimestamp64Milli(greatest(e.opened_at, ifNull(p.started_at, e.opened_at))),
            toUnixTimestamp64Milli(assumeNotNull(least(ifNull(e.closed_at, p.stopped_at), p.stopped_at)))) >= any(p.late_s) * 1000
    )
SELECT
    by_carrier AS carrier,
    by_service AS service,
    by_lane AS lane,
    by_origin AS origin,
    by_destination AS destination,
    by_month AS month,
    by_week AS week,
    by_day AS day,
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
    SELECT by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day, outcome FROM parcels
    UNION ALL
    SELECT by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day, 'excused' FROM excused
)
GROUP BY carrier, service, lane, origin, destination, month, week, day WITH TOTALS
ORDER BY month, week, day, carrier, service, lane, origin, destination
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
