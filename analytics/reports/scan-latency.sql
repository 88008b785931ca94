-- How long a scan takes from the carrier's hand to our connector, and how clean each source is.
-- Date basis: receipt of the event, up to as_of; what became of it as now known. Denominators: events for the percentiles, which go by whole seconds, raw_events for the rates, delivered_events for later_than_occurred. A time that is only a day counts whole days.
-- By: carrier, source, week. Default: carrier, source.
-- Run: clickhouse-client --database waybill --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['carrier', 'source']" --queries-file scan-latency.sql
WITH
    -- each table is counted by itself, for a union of rows costs more than both; a state holds each latency once with how often it was
    counts AS
    (
        SELECT
            if(has({by:Array(String)}, 'carrier'), e.carrier, '') AS by_carrier,
            if(has({by:Array(String)}, 'source'), e.source, '') AS by_source,
            if(has({by:Array(String)}, 'week'), formatDateTime(e.received_at, '%G-W%V'), '') AS by_week,
            count() AS events,
            quantilesExactWeightedInterpolatedState(0.5, 0.95, 0.99)(if(e.occurred_precision = 'day',
                86400 * (toInt64(e.received_date) - toInt64(e.occurred_date)),
                intDiv(toUnixTimestamp64Milli(e.received_at) - toUnixTimestamp64Milli(e.occurred_at), 1000)), 1) AS latencies,
            countIf(e.status = 'DELIVERED' AND e.code != 'delivered.post_update') AS delivered,
            countIf(e.status = 'DELIVERED' AND e.code != 'delivered.post_update' AND e.received_date > e.occurred_date) AS delivered_later,
            0 AS raw, 0 AS late, 0 AS duplicate, 0 AS future, 0 AS unmapped
        FROM tracking_events AS e
        WHERE e.type = 'tracking.event'
            AND e.received_at >= {since:DateTime64(3, 'UTC')}
            AND e.received_at < {until:DateTime64(3, 'UTC')}
            AND e.received_at <= {as_of:DateTime64(3, 'UTC')}
        GROUP BY by_carrier, by_source, by_week
        UNION ALL
        SELECT
            if(has({by:Array(String)}, 'carrier'), d.carrier, ''),
            if(has({by:Array(String)}, 'source'), d.source, ''),
            if(has({by:Array(String)}, 'week'), formatDateTime(d.received_at, '%G-W%V'), ''),
            0, quantilesExactWeightedInterpolatedStateIf(0.5, 0.95, 0.99)(toInt64(0), 1, false), 0, 0,
            count(),
            countIf(d.decision IN ('late', 'outdated')),
            countIf(d.decision = 'duplicate'),
            countIf(d.occurred_at > d.received_at + toIntervalMinute(10)),
            countIf(has(d.warnings, 'unmapped'))
        FROM decisions AS d
        WHERE d.received_at >= {since:DateTime64(3, 'UTC')}
            AND d.received_at < {until:DateTime64(3, 'UTC')}
            AND d.received_at <= {as_of:DateTime64(3, 'UTC')}
        GROUP BY 1, 2, 3
    ),
    quantilesExactWeightedInterpolatedMerge(0.5, 0.95, 0.99)(c.latencies) AS percentiles
SELECT
    c.by_carrier AS carrier,
    c.by_source AS source,
    c.by_week AS week,
    sum(c.events) AS events,
    if(events = 0, NULL, round(percentiles[1], 3)) AS p50_s,
    if(events = 0, NULL, round(percentiles[2], 3)) AS p95_s,
    if(events = 0, NULL, round(percentiles[3], 3)) AS p99_s,
    sum(c.delivered) AS delivered_events,
    sum(c.delivered_later) AS later_than_occurred,
    sum(c.raw) AS raw_events,
    if(raw_events = 0, NULL, round(sum(c.late) / raw_events, 4)) AS late_rate,
    if(raw_events = 0, NULL, round(sum(c.duplicate) / raw_events, 4)) AS duplicate_rate,
    if(raw_events = 0, NULL, round(sum(c.future) / raw_events, 4)) AS future_rate,
    if(raw_events = 0, NULL, round(sum(c.unmapped) / raw_events, 4)) AS unmapped_rate
FROM counts AS c
GROUP BY carrier, source, week WITH TOTALS
ORDER BY week, carrier, source
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
