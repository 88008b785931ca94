-- How long a scan takes from the carrier's hand to our connector, and how clean each source is.
-- Date basis: receipt of the event, up to as_of; what became of it as now known. Denominators: events for the percentiles, raw_events for the rates, delivered_events for later_than_occurred. A time that is only a day counts whole days.
-- By: carrier, source, week. Default: carrier, source.
-- Run: clickhouse-client --database waybill --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['carrier', 'source']" --queries-file scan-latency.sql
WITH
    rows AS
    (
        SELECT
            carrier, source, received_at,
            toNullable(if(occurred_precision = 'day', toFloat64(dateDiff('day', occurred_date, received_date)) * 86400,
                dateDiff('millisecond', occurred_at, received_at) / 1000)) AS latency_s,
            status = 'DELIVERED' AND code != 'delivered.post_update' AS is_delivered,
            received_date > occurred_date AS is_later,
            '' AS decision, false AS is_future, false AS is_unmapped
        FROM tracking_events
        WHERE type = 'tracking.event'
        UNION ALL
        SELECT
            carrier, source, received_at, NULL, false, false,
            decision, occurred_at > received_at + toIntervalMinute(10), has(warnings, 'unmapped')
        FROM decisions
    )
SELECT
    if(has({by:Array(String)}, 'carrier'), r.carrier, '') AS carrier,
    if(has({by:Array(String)}, 'source'), r.source, '') AS source,
    if(has({by:Array(String)}, 'week'), formatDateTime(r.received_at, '%G-W%V'), '') AS week,
    countIf(isNotNull(r.latency_s)) AS events,
    if(events = 0, NULL, round(quantileExactInclusiveIf(0.5)(ifNull(r.latency_s, 0), isNotNull(r.latency_s)), 3)) AS p50_s,
    if(events = 0, NULL, round(quantileExactInclusiveIf(0.95)(ifNull(r.latency_s, 0), isNotNull(r.latency_s)), 3)) AS p95_s,
    if(events = 0, NULL, round(quantileExactInclusiveIf(0.99)(ifNull(r.latency_s, 0), isNotNull(r.latency_s)), 3)) AS p99_s,
    countIf(r.is_delivered) AS delivered_events,
    countIf(r.is_delivered AND r.is_later) AS later_than_occurred,
    countIf(r.decision != '') AS raw_events,
    if(raw_events = 0, NULL, round(countIf(r.decision IN ('late', 'outdated')) / raw_events, 4)) AS late_rate,
    if(raw_events = 0, NULL, round(countIf(r.decision = 'duplicate') / raw_events, 4)) AS duplicate_rate,
    if(raw_events = 0, NULL, round(countIf(r.is_future) / raw_events, 4)) AS future_rate,
    if(raw_events = 0, NULL, round(countIf(r.is_unmapped) / raw_events, 4)) AS unmapped_rate
FROM rows AS r
WHERE r.received_at >= {since:DateTime64(3, 'UTC')}
    AND r.received_at < {until:DateTime64(3, 'UTC')}
    AND r.received_at <= {as_of:DateTime64(3, 'UTC')}
GROUP BY carrier, source, week WITH TOTALS
ORDER BY week, carrier, source
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
