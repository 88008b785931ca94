-- How late the late ones were, in days, and where the most days are lost, among what was delivered by as_of.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. What is known now counts. Basis first-stop: the first attempt or hand-over to a pick-up point stands for the delivery. Denominator of late_share: delivered parcels with something to measure against; percentiles are over the late ones.
-- By: carrier, service, lane, origin, destination, month, week, day. Default: lane.
-- Basis: delivery, first-stop.
-- Dates: registered, started, stopped, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['lane']" --param_basis delivery --param_dates registered --queries-file delays.sql
WITH
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            if({basis:String} = 'first-stop', r.first_stop_at, r.delivered_at) AS stopped_at,
            if({basis:String} = 'first-stop', r.first_stop_outcome, r.outcome) AS outcome,
            ifNull(if({basis:String} = 'first-stop', r.first_stop_delay_days, r.delay_days), 0) AS days,
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
            AND stopped_at <= {as_of:DateTime64(3, 'UTC')}
            AND outcome IN ('early', 'on_time', 'late')
    )
SELECT
    if(has({by:Array(String)}, 'carrier'), p.carrier, '') AS carrier,
    if(has({by:Array(String)}, 'service'), p.service, '') AS service,
    if(has({by:Array(String)}, 'lane'), p.lane, '') AS lane,
    if(has({by:Array(String)}, 'origin'), p.origin, '') AS origin,
    if(has({by:Array(String)}, 'destination'), p.destination, '') AS destination,
    if(has({by:Array(String)}, 'month'), formatDateTime(assumeNotNull(p.at), '%Y-%m'), '') AS month,
    if(has({by:Array(String)}, 'week'), formatDateTime(assumeNotNull(p.at), '%G-W%V'), '') AS week,
    if(has({by:Array(String)}, 'day'), formatDateTime(assumeNotNull(p.at), '%Y-%m-%d'), '') AS day,
    count() AS measured,
    countIf(p.outcome = 'late') AS late,
    if(measured = 0, NULL, round(late / measured, 4)) AS late_share,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.5)(p.days, p.outcome = 'late'), 2)) AS p50_days,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.9)(p.days, p.outcome = 'late'), 2)) AS p90_days,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.95)(p.days, p.outcome = 'late'), 2)) AS p95_days,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.99)(p.days, p.outcome = 'late'), 2)) AS p99_days,
    if(late = 0, NULL, round(max(p.days), 2)) AS max_days,
    round(sum(p.days), 2) AS days_lost
FROM parcels AS p
GROUP BY carrier, service, lane, origin, destination, month, week, day WITH TOTALS
ORDER BY month, week, day, days_lost DESC, carrier, service, lane, origin, destination
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
