-- How late the late ones were, in days, and where the most days are lost, among what was delivered by as_of.
-- Date basis: arrival of the registration, up to as_of. What is known now counts. Denominator of late_share: delivered parcels with something to measure against; percentiles are over the late ones.
-- By: carrier, service, lane, week. Default: lane.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['lane']" --queries-file delays.sql
SELECT
    if(has({by:Array(String)}, 'carrier'), r.carrier, '') AS carrier,
    if(has({by:Array(String)}, 'service'), r.service, '') AS service,
    if(has({by:Array(String)}, 'lane'), r.lane, '') AS lane,
    if(has({by:Array(String)}, 'week'), formatDateTime(r.registered_at, '%G-W%V'), '') AS week,
    countIf(r.outcome IN ('early', 'on_time', 'late')) AS measured,
    countIf(r.outcome = 'late') AS late,
    if(measured = 0, NULL, round(late / measured, 4)) AS late_share,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.5)(ifNull(r.delay_days, 0), r.outcome = 'late'), 2)) AS p50_days,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.9)(ifNull(r.delay_days, 0), r.outcome = 'late'), 2)) AS p90_days,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.95)(ifNull(r.delay_days, 0), r.outcome = 'late'), 2)) AS p95_days,
    if(late = 0, NULL, round(quantileExactInclusiveIf(0.99)(ifNull(r.delay_days, 0), r.outcome = 'late'), 2)) AS p99_days,
    round(max(r.delay_days), 2) AS max_days,
    round(sum(ifNull(r.delay_days, 0)), 2) AS days_lost
FROM registrations AS r
WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
    AND (r.tenant, r.registration_id, r.epoch) NOT IN (SELECT tenant, registration_id, epoch FROM registrations_moved)
    AND r.registered_at >= {since:DateTime64(3, 'UTC')}
    AND r.registered_at < {until:DateTime64(3, 'UTC')}
    AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
    AND r.delivered_at <= {as_of:DateTime64(3, 'UTC')}
    AND r.outcome IN ('early', 'on_time', 'late')
GROUP BY carrier, service, lane, week WITH TOTALS
ORDER BY week, days_lost DESC, carrier, service, lane
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
