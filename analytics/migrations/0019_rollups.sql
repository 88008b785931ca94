-- Small tables for dashboards. Each is made anew as a whole, every so often, from final
-- reads: late events and corrections change days that are long gone, so a part that is
-- left as it was could be wrong, and adding up what is inserted would count a shipment
-- once for each of its versions. A reader sees the old table or the new one, and the old
-- one stays when a refresh fails. The definitions are those of the reports.
--
-- They are begun some minutes apart, each with two threads, so that what is inserted and
-- asked meanwhile has the rest of the machine. EMPTY: the first is due at the next slot.
CREATE OR REPLACE VIEW stream_time
(
    as_of DateTime64(3, 'UTC') COMMENT 'The highest stream time in the tables, UTC; 1970 when they are empty.'
)
AS SELECT greatest((SELECT max(updated_at) FROM shipments), (SELECT max(decided_at) FROM decisions)) AS as_of
SETTINGS final = 0
COMMENT 'What reports and rollups take for now, so that replayed history has a present.';

CREATE TABLE IF NOT EXISTS rollup_outcomes
(
    tenant LowCardinality(String) COMMENT 'Of this tenant''s registrations, each parcel once; empty: of all, each parcel once. Choose one, never add them up.',
    dates LowCardinality(String) COMMENT 'What day is: registered, the arrival of the registration; stopped, the delivery, without what is open. Choose one.',
    day Date32 COMMENT 'Day in UTC.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    service LowCardinality(String) COMMENT 'Service token or name.',
    lane LowCardinality(String) COMMENT 'Origin and destination country.',
    parcels UInt64 COMMENT 'Parcels: early + on_time + late + unknown + open.',
    early UInt64 COMMENT 'Delivered early.',
    on_time UInt64 COMMENT 'Delivered on time.',
    late UInt64 COMMENT 'Delivered late.',
    late_accountable UInt64 COMMENT 'Of the late ones: the carrier''s own, late by more than their time in exceptions of others.',
    unknown UInt64 COMMENT 'Delivered with nothing to measure against.',
    open UInt64 COMMENT 'Not delivered.',
    days_lost Float64 COMMENT 'Days of delay of the late ones, added up.',
    delays AggregateFunction(quantilesExactInclusive(0.5, 0.9, 0.95, 0.99), Float64) COMMENT 'Days of delay of the late ones, for quantilesExactInclusiveMerge(0.5, 0.9, 0.95, 0.99).',
    as_of DateTime64(3, 'UTC') COMMENT 'What was taken for now, stream time, UTC.',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'When this was worked out, by the server''s clock, UTC.'
)
ENGINE = MergeTree
ORDER BY (tenant, dates, day, carrier, service, lane)
COMMENT 'Rollup of registrations: how parcels of a day came, as report on-time, and how late, as report delays.';

-- Counted first and spread over tenants and dates then: that way round it is several times as fast.
CREATE MATERIALIZED VIEW IF NOT EXISTS refresh_outcomes
REFRESH EVERY 30 MINUTE
TO rollup_outcomes EMPTY
AS WITH
    (SELECT as_of FROM stream_time) AS present,
    arrayJoin(if(isNull(stopped), [('registered', registered)], [('registered', registered), ('stopped', assumeNotNull(stopped))])) AS dated
SELECT
    arrayJoin(arrayConcat(if(first_of_parcel, [''], []), if(first_of_tenant, [toString(of_tenant)], []))) AS tenant,
    dated.1 AS dates,
    dated.2 AS day,
    carrier, service, lane,
    sumIf(n, result != 'excused') AS parcels,
    sumIf(n, result = 'early') AS early,
    sumIf(n, result = 'on_time') AS on_time,
    sumIf(n, result = 'late') AS late,
    late - sumIf(n, result = 'excused') AS late_accountable,
    sumIf(n, result = 'unknown') AS unknown,
    sumIf(n, result = 'open') AS open,
    sum(lost) AS days_lost,
    quantilesExactInclusiveMergeState(0.5, 0.9, 0.95, 0.99)(late_by) AS delays,
    any(present) AS as_of,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        of_tenant, first_of_parcel, first_of_tenant, carrier, service, lane, result, registered, stopped,
        count() AS n,
        sumIf(ifNull(delay_days, 0), result = 'late') AS lost,
        quantilesExactInclusiveStateIf(0.5, 0.9, 0.95, 0.99)(ifNull(delay_days, 0), result = 'late') AS late_by
    FROM
    (
        SELECT
            r.tenant AS of_tenant, r.first_of_parcel AS first_of_parcel, r.first_of_tenant AS first_of_tenant,
            r.carrier AS carrier, r.service AS service, r.lane AS lane, r.delay_days AS delay_days,
            if(r.delivered_at > present, 'open', r.outcome) AS result,
            toDate32(r.registered_at) AS registered,
            if(result = 'open', NULL, toDate32(r.delivered_at)) AS stopped
        FROM registrations AS r
        WHERE r.registered_at <= present
        UNION ALL
        -- once more those that the carrier does not answer for: not late by more than their time in exceptions of others (D6)
        SELECT
            r.tenant, any(r.first_of_parcel), any(r.first_of_tenant), r.carrier, any(r.service), any(r.lane), NULL,
            'excused', toDate32(any(r.registered_at)), toDate32(any(r.delivered_at))
        FROM registrations AS r
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE r.registered_at <= present AND r.delivered_at <= present AND r.outcome = 'late' AND e.party NOT IN ('', 'carrier') AND e.version >= r.version
            AND greatest(e.opened_at, ifNull(r.clock_start, e.opened_at)) < least(ifNull(e.closed_at, r.delivered_at), r.delivered_at)
        GROUP BY r.tenant, r.carrier, r.tracking_number, r.epoch, r.registration_id
        HAVING intervalLengthSum(toUnixTimestamp64Milli(greatest(e.opened_at, ifNull(r.clock_start, e.opened_at))),
            toUnixTimestamp64Milli(assumeNotNull(least(ifNull(e.closed_at, r.delivered_at), r.delivered_at)))) >= any(r.late_s) * 1000
    )
    GROUP BY of_tenant, first_of_parcel, first_of_tenant, carrier, service, lane, result, registered, stopped
)
GROUP BY tenant, dated, carrier, service, lane
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, max_threads = 2, max_bytes_before_external_group_by = 1000000000;

CREATE TABLE IF NOT EXISTS rollup_exceptions
(
    tenant LowCardinality(String) COMMENT 'Of parcels of this tenant, each once; empty: of all, each once. Choose one, never add them up.',
    dates LowCardinality(String) COMMENT 'What day is: registered, the arrival of the registration; opened, when the exception began. Choose one.',
    day Date32 COMMENT 'Day in UTC.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    service LowCardinality(String) COMMENT 'Service token or name.',
    lane LowCardinality(String) COMMENT 'Origin and destination country.',
    code LowCardinality(String) COMMENT 'Code of the opening event.',
    party LowCardinality(String) COMMENT 'Who answers for it.',
    exceptions UInt64 COMMENT 'Exceptions.',
    parcels UInt64 COMMENT 'Parcels that had one of this code and party; one that had two codes counts in both rows.',
    open UInt64 COMMENT 'Exceptions that are not closed.',
    resolutions AggregateFunction(quantilesExactInclusive(0.5, 0.95), Float64) COMMENT 'Hours from opening to closing of the closed ones, for quantilesExactInclusiveMerge(0.5, 0.95).',
    as_of DateTime64(3, 'UTC') COMMENT 'What was taken for now, stream time, UTC.',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'When this was worked out, by the server''s clock, UTC.'
)
ENGINE = MergeTree
ORDER BY (tenant, dates, day, carrier, service, lane, code, party)
COMMENT 'Rollup of exception_episodes: what went wrong, as reports exceptions and exception-resolution. What it is out of is parcels of rollup_outcomes.';

CREATE MATERIALIZED VIEW IF NOT EXISTS refresh_exceptions
REFRESH EVERY 30 MINUTE OFFSET 10 MINUTE
TO rollup_exceptions EMPTY
AS WITH (SELECT as_of FROM stream_time) AS present
SELECT
    for_tenant AS tenant,
    dated.1 AS dates,
    dated.2 AS day,
    carrier, service, lane, code, party,
    count() AS exceptions,
    uniqExact(parcel) AS parcels,
    countIf(isNull(hours)) AS open,
    quantilesExactInclusiveStateIf(0.5, 0.95)(ifNull(hours, 0), isNotNull(hours)) AS resolutions,
    any(present) AS as_of,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        r.carrier AS carrier, r.service AS service, r.lane AS lane, e.code AS code, e.party AS party, (r.carrier, r.tracking_number, r.epoch) AS parcel,
        if(e.closed_at > present, NULL, dateDiff('millisecond', e.opened_at, e.closed_at) / 3600000) AS hours,
        arrayJoin(arrayConcat(if(r.first_of_parcel, [''], []), if(r.first_of_tenant, [toString(r.tenant)], []))) AS for_tenant,
        arrayJoin([('registered', toDate32(r.registered_at)), ('opened', toDate32(e.opened_at))]) AS dated
    FROM registrations AS r
    INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
    WHERE r.registered_at <= present
        AND e.version >= r.version -- an older row is of an episode that a correction took away
        AND e.opened_at <= present
)
GROUP BY for_tenant, dated, carrier, service, lane, code, party
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, max_threads = 2;

CREATE TABLE IF NOT EXISTS rollup_under_way
(
    tenant LowCardinality(String) COMMENT 'Of this tenant''s registrations, each parcel once; empty: of all, each parcel once. Choose one, never add them up.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    service LowCardinality(String) COMMENT 'Service token or name.',
    lane LowCardinality(String) COMMENT 'Origin and destination country.',
    status LowCardinality(String) COMMENT 'Main status of the model.',
    age LowCardinality(String) COMMENT 'How long past the promise: no promise, not due, up to 1 day, 1 to 3 days, 3 to 7 days, 7 to 14 days, 14 to 30 days, over 30 days.',
    parcels UInt64 COMMENT 'Parcels that are neither delivered nor otherwise ended.',
    as_of DateTime64(3, 'UTC') COMMENT 'What was taken for now, stream time, UTC.',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'When this was worked out, by the server''s clock, UTC.'
)
ENGINE = MergeTree
ORDER BY (tenant, carrier, service, lane, status, age)
COMMENT 'Rollup of registrations: parcels under way now, and of those past their promise how long, as report overdue.';

CREATE MATERIALIZED VIEW IF NOT EXISTS refresh_under_way
REFRESH EVERY 10 MINUTE OFFSET 5 MINUTE
TO rollup_under_way EMPTY
AS WITH (SELECT as_of FROM stream_time) AS present
SELECT
    for_tenant AS tenant,
    carrier, service, lane, status,
    multiIf(isNull(days), 'no promise', days <= 0, 'not due', days <= 1, 'up to 1 day', days <= 3, '1 to 3 days', days <= 7, '3 to 7 days',
        days <= 14, '7 to 14 days', days <= 30, '14 to 30 days', 'over 30 days') AS age,
    count() AS parcels,
    any(present) AS as_of,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT
        r.carrier AS carrier, r.service AS service, r.lane AS lane, r.status AS status,
        if(isNull(r.promise_at),
            toFloat64(dateDiff('day', r.promise_date, toDate32(present))),
            dateDiff('millisecond', r.promise_at, present) / 86400000) AS days,
        arrayJoin(arrayConcat(if(r.first_of_parcel, [''], []), if(r.first_of_tenant, [toString(r.tenant)], []))) AS for_tenant
    FROM registrations AS r
    WHERE r.registered_at <= present
        AND (isNull(r.ended_at) OR r.ended_at > present)
)
GROUP BY for_tenant, carrier, service, lane, status, age
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, max_threads = 2;

CREATE TABLE IF NOT EXISTS rollup_scans
(
    day Date32 COMMENT 'Day of receipt in UTC.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    source LowCardinality(String) COMMENT 'Who said it.',
    raw_events UInt64 COMMENT 'Raw events that came in.',
    late UInt64 COMMENT 'Of the raw events: behind a newer one of their parcel.',
    duplicates UInt64 COMMENT 'Of the raw events: known already.',
    future UInt64 COMMENT 'Of the raw events: more than 10 minutes ahead of their receipt.',
    unmapped UInt64 COMMENT 'Of the raw events: with a code that no map knows.',
    events UInt64 COMMENT 'Events that now stand in a history, those of latencies.',
    delivered_events UInt64 COMMENT 'Of the events: deliveries.',
    later_than_occurred UInt64 COMMENT 'Of the deliveries: received on a later day than they occurred.',
    latencies AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), Float64) COMMENT 'Seconds from occurrence to receipt of the events, for quantilesDDMerge(0.01, 0.5, 0.95, 0.99); off by 1 % at most.',
    as_of DateTime64(3, 'UTC') COMMENT 'What was taken for now, stream time, UTC.',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'When this was worked out, by the server''s clock, UTC.'
)
ENGINE = MergeTree
ORDER BY (day, carrier, source)
COMMENT 'Rollup of tracking_events and decisions: how soon scans come and how clean each source is, as report scan-latency. For operators.';

-- Every raw event is read for it, so it is made once an hour.
CREATE MATERIALIZED VIEW IF NOT EXISTS refresh_scans
REFRESH EVERY 1 HOUR OFFSET 22 MINUTE
TO rollup_scans EMPTY
AS WITH (SELECT as_of FROM stream_time) AS present
SELECT
    toDate32(received_at) AS day,
    carrier, source,
    countIf(decision != '') AS raw_events,
    countIf(decision IN ('late', 'outdated')) AS late,
    countIf(decision = 'duplicate') AS duplicates,
    countIf(is_future) AS future,
    countIf(is_unmapped) AS unmapped,
    countIf(isNotNull(latency_s)) AS events,
    countIf(is_delivered) AS delivered_events,
    countIf(is_delivered AND is_later) AS later_than_occurred,
    quantilesDDStateIf(0.01, 0.5, 0.95, 0.99)(ifNull(latency_s, 0), isNotNull(latency_s)) AS latencies,
    any(present) AS as_of,
    now64(3, 'UTC') AS refreshed_at
FROM
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
WHERE received_at <= present
GROUP BY day, carrier, source
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, max_threads = 2;

CREATE TABLE IF NOT EXISTS rollup_webhooks
(
    tenant LowCardinality(String) COMMENT 'Whose endpoint. There is no row over all: add tenants up.',
    endpoint_id LowCardinality(String) COMMENT 'Which endpoint.',
    day Date32 COMMENT 'Day in UTC on which the webhooks were made.',
    webhooks UInt64 COMMENT 'Webhooks that were made; tests and what was sent again by hand left out here and below.',
    tried UInt64 COMMENT 'Of the webhooks: those of which there was an attempt.',
    delivered UInt64 COMMENT 'Of the webhooks: an attempt was answered with 2xx.',
    first_try UInt64 COMMENT 'Of the delivered: the first attempt was.',
    expired UInt64 COMMENT 'Of the webhooks: the deadline has passed.',
    cancelled UInt64 COMMENT 'Of the webhooks: the endpoint was deleted.',
    open Int64 COMMENT 'Of the webhooks: the rest.',
    attempts UInt64 COMMENT 'Attempts that were made.',
    latencies AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), Float64) COMMENT 'Seconds from the making of a delivered webhook to the end of the attempt that was answered with 2xx, for quantilesDDMerge(0.01, 0.5, 0.95, 0.99); off by 1 % at most.',
    as_of DateTime64(3, 'UTC') COMMENT 'What was taken for now, stream time, UTC.',
    refreshed_at DateTime64(3, 'UTC') COMMENT 'When this was worked out, by the server''s clock, UTC.'
)
ENGINE = MergeTree
ORDER BY (tenant, endpoint_id, day)
COMMENT 'Rollup of webhook_attempts and webhooks: whether and how soon webhooks arrive, by endpoint, as report webhook-health.';

CREATE MATERIALIZED VIEW IF NOT EXISTS refresh_webhooks
REFRESH EVERY 10 MINUTE OFFSET 8 MINUTE
TO rollup_webhooks EMPTY
AS WITH (SELECT as_of FROM stream_time) AS present
SELECT
    r.tenant AS tenant, r.endpoint_id AS endpoint_id,
    toDate32(r.created_at) AS day,
    countIf(r.is_first) AS webhooks,
    countIf(r.is_first AND r.outcome IN ('delivered', 'failed')) AS tried,
    countIf(r.outcome = 'delivered') AS delivered,
    countIf(r.is_first AND r.outcome = 'delivered') AS first_try,
    countIf(r.outcome = 'expired') AS expired,
    countIf(r.outcome = 'cancelled') AS cancelled,
    toInt64(webhooks) - delivered - expired - cancelled AS open,
    countIf(r.outcome IN ('delivered', 'failed')) AS attempts,
    quantilesDDStateIf(0.01, 0.5, 0.95, 0.99)(r.lag_s, r.outcome = 'delivered') AS latencies,
    any(present) AS as_of,
    now64(3, 'UTC') AS refreshed_at
FROM
(
    SELECT tenant, endpoint_id, created_at, outcome, attempt = 1 AS is_first,
        dateDiff('millisecond', created_at, started_at + toIntervalMicrosecond(total_us)) / 1000 AS lag_s
    FROM webhook_attempts
    WHERE trigger = 'event' AND started_at <= present AND created_at <= present
    UNION ALL
    -- those that wait behind another, or for their endpoint, and have no row there
    SELECT tenant, endpoint_id, created_at, 'waiting', true, 0
    FROM webhooks
    WHERE created_at <= present
        AND (tenant, endpoint_id, job_id) NOT IN
        (
            SELECT tenant, endpoint_id, job_id
            FROM webhook_attempts
            WHERE attempt = 1 AND started_at <= present AND created_at >= (SELECT min(created_at) FROM webhooks)
        )
) AS r
GROUP BY tenant, endpoint_id, day
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, max_threads = 2;

CREATE OR REPLACE VIEW rollups
(
    name String COMMENT 'The table, for example rollup_outcomes.',
    refreshed_at Nullable(DateTime('UTC')) COMMENT 'When it was last made anew, by the server''s clock, UTC; null: never.',
    age_s Nullable(Int64) COMMENT 'How long ago that was, seconds.',
    took_ms Nullable(UInt64) COMMENT 'How long it took, milliseconds.',
    status String COMMENT 'Scheduled; Running; Disabled by SYSTEM STOP VIEW; or what it waits for.',
    next_refresh_at Nullable(DateTime('UTC')) COMMENT 'When it is due again, UTC.',
    error String COMMENT 'Why the last try failed; empty: it did not. Until the next one succeeds the table stays as it was.'
)
AS SELECT
    replaceOne(view, 'refresh_', 'rollup_') AS name,
    last_success_time AS refreshed_at,
    dateDiff('second', last_success_time, now()) AS age_s,
    last_success_duration_ms AS took_ms,
    toString(status) AS status,
    next_refresh_time AS next_refresh_at,
    splitByString(', Stack trace', exception)[1] AS error
FROM system.view_refreshes
WHERE database = currentDatabase()
COMMENT 'How old each rollup of the database is that one is connected to.';

-- SELECT * FROM metrics FORMAT Prometheus is what Prometheus reads over HTTP.
CREATE OR REPLACE VIEW metrics
(
    name String COMMENT 'Name of the series.',
    type String COMMENT 'Always gauge.',
    help String COMMENT 'What it says.',
    labels Map(String, String) COMMENT 'Labels of the series.',
    value Float64 COMMENT 'Its value, in the unit that the name says.'
)
AS SELECT 'waybill_rollup_age_seconds' AS name, 'gauge' AS type, 'Time since the rollup was last made anew; since the start of the server where it never was.' AS help,
    map('rollup', r.name) AS labels, toFloat64(ifNull(r.age_s, uptime())) AS value
FROM rollups AS r
UNION ALL
SELECT 'waybill_rollup_failed', 'gauge', '1 if the last try to make the rollup anew failed.', map('rollup', r.name), toFloat64(r.error != '')
FROM rollups AS r
UNION ALL
SELECT 'waybill_scans', 'gauge', 'Raw events by what they were: recent, received today and yesterday by stream time; before, in the two weeks before that.',
    map('carrier', toString(s.carrier), 'source', toString(s.source), 'what', counted.1, 'period', period), toFloat64(sum(counted.2))
FROM
(
    SELECT carrier, source, if(day >= toDate32(as_of) - 1, 'recent', 'before') AS period,
        arrayJoin([('raw_events', raw_events), ('late', late), ('duplicates', duplicates), ('future', future), ('unmapped', unmapped)]) AS counted
    FROM rollup_scans
    WHERE day >= toDate32(as_of) - 15
) AS s
GROUP BY s.carrier, s.source, counted.1, period
UNION ALL
SELECT 'waybill_webhooks_expired', 'gauge', 'Webhooks that expired, of those made in the last seven days by stream time.', map(), toFloat64(sum(w.expired))
FROM rollup_webhooks AS w
WHERE w.day >= toDate32(w.as_of) - 7
COMMENT 'What alert rules ask of the rollups, as Prometheus reads it.';
