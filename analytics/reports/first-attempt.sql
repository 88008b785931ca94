-- How many parcels were delivered at the first attempt, how many attempts it takes, and how many are recorded that nobody made, up to as_of.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. What happened after as_of has not happened. first_success: delivered without an earlier failed attempt (flag F); waiting at a pick-up point is no failed attempt. Denominator of first_attempt_rate: attempted, parcels with a failed attempt or a delivery. attempts: failed ones and deliveries; per delivery: those of the delivered parcels. false_attempts (attempt.not_made) are in none of these; false_attempt_rate: out of all that were recorded, attempts + false_attempts. For one tenant, what it sees (R5).
-- By: carrier, service, lane, origin, destination, month, week, day. Default: carrier.
-- Dates: registered, started, stopped, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['carrier']" --param_dates registered --queries-file first-attempt.sql
WITH
    {by:Array(String)} AS groups,
    failures AS
    (
        SELECT
            carrier, tracking_number, epoch,
            countIf(attempt_failure) AS failed,
            minIf(occurred_at, attempt_failure) AS first_failed_at,
            countIf(NOT attempt_failure) AS not_made
        FROM tracking_events
        WHERE type = 'tracking.event' AND (attempt_failure OR code = 'attempt.not_made')
            AND occurred_at <= {as_of:DateTime64(3, 'UTC')}
            AND ({tenant:String} = '' OR (carrier, tracking_number, epoch, event_id) IN -- R5
                (SELECT carrier, tracking_number, epoch, event_id FROM tenant_events
                WHERE tenant = {tenant:String} AND type = 'tracking.event' AND (attempt_failure OR code = 'attempt.not_made')))
        GROUP BY carrier, tracking_number, epoch
    ),
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            coalesce( -- the date that was asked for: the other columns are not read
                if({dates:String} = 'registered', r.registered_at, NULL),
                if({dates:String} = 'started', r.clock_start, NULL),
                if({dates:String} = 'stopped', r.first_stop_at, NULL),
                if({dates:String} = 'promised', ifNull(r.promise_at, toDateTime64(r.promise_date, 3, 'UTC')), NULL)) AS at,
            f.failed AS failed, f.not_made AS not_made,
            ifNull(r.delivered_at <= {as_of:DateTime64(3, 'UTC')}, false) AS is_delivered,
            -- of a delivery that is only a day, what failed on that day came before
            is_delivered AND (f.failed = 0 OR f.first_failed_at > r.delivered_at + if(r.delivered_precision = 'day', toIntervalSecond(86399), toIntervalSecond(0))) AS is_first
        FROM registrations AS r
        LEFT JOIN failures AS f ON r.carrier = f.carrier AND r.tracking_number = f.tracking_number AND r.epoch = f.epoch
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
            AND at >= {since:DateTime64(3, 'UTC')}
            AND at < {until:DateTime64(3, 'UTC')}
            AND ({dates:String} = 'promised' OR at <= {as_of:DateTime64(3, 'UTC')})
            AND (is_delivered OR f.failed > 0 OR f.not_made > 0)
    )
SELECT
    if(has(groups, 'carrier'), p.carrier, '') AS carrier,
    if(has(groups, 'service'), p.service, '') AS service,
    if(has(groups, 'lane'), p.lane, '') AS lane,
    if(has(groups, 'origin'), p.origin, '') AS origin,
    if(has(groups, 'destination'), p.destination, '') AS destination,
    if(has(groups, 'month'), formatDateTime(assumeNotNull(p.at), '%Y-%m'), '') AS month,
    if(has(groups, 'week'), formatDateTime(assumeNotNull(p.at), '%G-W%V'), '') AS week,
    if(has(groups, 'day'), formatDateTime(assumeNotNull(p.at), '%Y-%m-%d'), '') AS day,
    countIf(p.is_delivered OR p.failed > 0) AS attempted,
    countIf(p.is_first) AS first_success,
    if(attempted = 0, NULL, round(first_success / attempted, 4)) AS first_attempt_rate,
    countIf(p.is_delivered) AS delivered,
    delivered + sum(p.failed) AS attempts,
    if(delivered = 0, NULL, round((delivered + sumIf(p.failed, p.is_delivered)) / delivered, 4)) AS attempts_per_delivery,
    sum(p.not_made) AS false_attempts,
    if(attempts + false_attempts = 0, NULL, round(false_attempts / (attempts + false_attempts), 4)) AS false_attempt_rate
FROM parcels AS p
GROUP BY carrier, service, lane, origin, destination, month, week, day WITH TOTALS
ORDER BY month, week, day, attempted DESC, carrier, service, lane, origin, destination
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
