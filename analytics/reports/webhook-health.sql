-- How webhooks arrive: how long after they were made, how many at all, at the first attempt, by retries or too late; those sent again by hand and tests apart.
-- Date basis: when the webhook was made, up to as_of; attempts up to as_of. Denominators: tried for first_try_rate and retries_per_webhook; delivered + expired for success_rate; delivered for the percentiles. What waits and was never tried is known for 35 days.
-- By: tenant, endpoint, type, day, week. Default: tenant, endpoint.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['tenant', 'endpoint']" --queries-file webhook-health.sql
WITH
    -- A webhook has one row for each attempt, from 1 on, and one for its end where that was no attempt: so its first row
    -- stands for it, and of the rows that end it there is one. Those by hand begin anew and do not count with these.
    rows AS
    (
        SELECT tenant, endpoint_id, type, created_at, outcome, attempt = 1 AS is_first, trigger = 'event' AS by_itself, trigger = 'manual' AS by_hand,
            dateDiff('millisecond', created_at, started_at + toIntervalMicrosecond(total_us)) / 1000 AS lag_s
        FROM webhook_attempts
        WHERE ({tenant:String} = '' OR tenant = {tenant:String})
            AND started_at <= {as_of:DateTime64(3, 'UTC')}
            AND created_at >= {since:DateTime64(3, 'UTC')}
            AND created_at < {until:DateTime64(3, 'UTC')}
            AND created_at <= {as_of:DateTime64(3, 'UTC')}
        UNION ALL
        -- those that wait behind another, or for their endpoint, and have no row there
        SELECT tenant, endpoint_id, type, created_at, 'waiting', true, true, false, 0
        FROM webhooks
        WHERE ({tenant:String} = '' OR tenant = {tenant:String})
            AND created_at >= {since:DateTime64(3, 'UTC')}
            AND created_at < {until:DateTime64(3, 'UTC')}
            AND created_at <= {as_of:DateTime64(3, 'UTC')}
            AND (tenant, endpoint_id, job_id) NOT IN
            (
                SELECT tenant, endpoint_id, job_id
                FROM webhook_attempts
                WHERE ({tenant:String} = '' OR tenant = {tenant:String})
                    AND attempt = 1
                    AND started_at <= {as_of:DateTime64(3, 'UTC')}
                    AND created_at >= greatest({since:DateTime64(3, 'UTC')}, (SELECT min(created_at) FROM webhooks))
                    AND created_at < {until:DateTime64(3, 'UTC')}
            )
    ),
    quantilesExactInclusiveIf(0.5, 0.95, 0.99)(r.lag_s, r.by_itself AND r.outcome = 'delivered') AS lags
SELECT
    if(has({by:Array(String)}, 'tenant'), r.tenant, '') AS tenant,
    if(has({by:Array(String)}, 'endpoint'), r.endpoint_id, '') AS endpoint,
    if(has({by:Array(String)}, 'type'), r.type, '') AS type,
    if(has({by:Array(String)}, 'day'), formatDateTime(r.created_at, '%F'), '') AS day,
    if(has({by:Array(String)}, 'week'), formatDateTime(r.created_at, '%G-W%V'), '') AS week,
    countIf(r.by_itself AND r.is_first) AS webhooks,
    countIf(r.by_itself AND r.is_first AND r.outcome IN ('delivered', 'failed')) AS tried,
    countIf(r.by_itself AND r.outcome = 'delivered') AS delivered,
    countIf(r.by_itself AND r.outcome = 'expired') AS expired,
    countIf(r.by_itself AND r.outcome = 'cancelled') AS cancelled,
    webhooks - delivered - expired - cancelled AS open,
    countIf(r.outcome = 'waiting') AS waiting,
    if(delivered + expired = 0, NULL, round(delivered / (delivered + expired), 4)) AS success_rate,
    if(tried = 0, NULL, round(countIf(r.by_itself AND r.is_first AND r.outcome = 'delivered') / tried, 4)) AS first_try_rate,
    if(tried = 0, NULL, round((countIf(r.by_itself AND r.outcome IN ('delivered', 'failed')) - tried) / tried, 4)) AS retries_per_webhook,
    if(delivered = 0, NULL, round(lags[1], 3)) AS p50_s,
    if(delivered = 0, NULL, round(lags[2], 3)) AS p95_s,
    if(delivered = 0, NULL, round(lags[3], 3)) AS p99_s,
    countIf(r.by_hand AND r.outcome IN ('delivered', 'failed')) AS attempts_by_hand,
    countIf(r.by_hand AND r.outcome = 'delivered') AS delivered_by_hand,
    countIf(NOT r.by_itself AND NOT r.by_hand AND r.outcome IN ('delivered', 'failed')) AS test_attempts
FROM rows AS r
GROUP BY tenant, endpoint, type, day, week WITH TOTALS
ORDER BY day, week, tenant, endpoint, type
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
