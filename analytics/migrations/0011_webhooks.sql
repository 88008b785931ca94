-- One webhook, with its body. The position on the log is the identity: offsets grow
-- within a partition, so a reader that knows how far it has come in each partition
-- misses nothing. Few rows to a granule, for a page reads few bodies. No partitions of the table, for an insert must become visible as a
-- whole. What happened by itself is here; what was sent again by hand and tests are not,
-- for they are no news.
CREATE TABLE IF NOT EXISTS webhooks
(
    tenant LowCardinality(String) COMMENT 'Whose it is.',
    source_partition Int32 COMMENT 'Where it lies on webhook-jobs: the partition.',
    source_offset Int64 COMMENT 'Its offset there.',
    endpoint_id LowCardinality(String) COMMENT 'Where it goes.',
    job_id String COMMENT 'The webhook''s id.',
    carrier LowCardinality(String) COMMENT 'Carrier slug; empty for what is about no parcel.',
    tracking_number String COMMENT 'Canonical number; likewise.',
    epoch DateTime64(3, 'UTC') COMMENT 'The shipment''s epoch, UTC.',
    registration_id String COMMENT 'For which registration.',
    cause String COMMENT 'Event id or derived type that caused it.',
    sequence Int64 COMMENT '1, 2, 3 ... per registration and endpoint, without gaps (O3).',
    revision Int64 COMMENT 'The shipment''s revision.',
    type LowCardinality(String) COMMENT 'Most specific type that the endpoint chose.',
    types Array(LowCardinality(String)) COMMENT 'All types that fit, specific first.',
    body String COMMENT 'The body, as it is sent on every attempt.' CODEC(ZSTD(3)),
    trigger LowCardinality(String) COMMENT 'Always event.',
    created_at DateTime64(3, 'UTC') COMMENT 'Stream time at which it was made, UTC.',
    arrived_at DateTime64(3, 'UTC') COMMENT 'When it came onto the log, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'Always 1: a webhook does not change.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',
    INDEX by_job job_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_endpoint endpoint_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (tenant, source_partition, source_offset)
TTL toDateTime(arrived_at) + INTERVAL 36 DAY
SETTINGS merge_with_ttl_timeout = 86400, index_granularity = 1024
COMMENT 'One webhook with its body, delivered or not, for 35 days and one to spare. Private to its tenant. Topic webhook-jobs.';

-- Something that was done to an endpoint, or that became of it.
CREATE TABLE IF NOT EXISTS endpoint_events
(
    tenant LowCardinality(String) COMMENT 'Whose endpoint.',
    endpoint_id LowCardinality(String) COMMENT 'Which endpoint.',
    event_id String COMMENT 'Id of the event, the same when it is written again.',
    kind LowCardinality(String) COMMENT 'What happened: created, updated, enabled, disabled, deleted, rotated, tested, failing, recovered, suspended, resumed, redelivered.',
    state LowCardinality(String) COMMENT 'The endpoint''s state after it.',
    reason String COMMENT 'Why, for people.',
    command_id String COMMENT 'The command that did it; empty: what delivery saw.',
    requested_by String COMMENT 'Who asked for it; empty: nobody.',
    occurred_at DateTime64(3, 'UTC') COMMENT 'When, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'Always 1: of a row that was written again the last counts.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (tenant, endpoint_id, event_id)
COMMENT 'What was done to endpoints, and what became of them (W8, W9, W11). Private to its tenant. Topic endpoint-events.';

-- Attempts of one webhook that is sent again by hand are numbered anew. The time keeps
-- them apart from those before; a number alone would replace what happened first.
ALTER TABLE webhook_attempts
    ADD COLUMN IF NOT EXISTS manual_at DateTime64(3, 'UTC') COMMENT 'When the attempt began, where the webhook was sent again by hand (W11); else 1970, UTC.' AFTER trigger,
    MODIFY ORDER BY (tenant, endpoint_id, job_id, attempt, manual_at),
    ADD INDEX IF NOT EXISTS by_job job_id TYPE bloom_filter(0.01) GRANULARITY 1;

-- How each webhook stands, from its attempts. One that was sent again by hand counts as
-- delivered if it ever was. An attempt that failed and is not followed by another was the
-- last, whatever the clock of the row that says so.
CREATE OR REPLACE VIEW webhook_standing
(
    tenant LowCardinality(String) COMMENT 'Whose it is.',
    endpoint_id LowCardinality(String) COMMENT 'Where it goes.',
    job_id String COMMENT 'The webhook''s id.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'The shipment''s epoch, UTC.',
    registration_id String COMMENT 'For which registration.',
    type LowCardinality(String) COMMENT 'The webhook''s type.',
    sequence Int64 COMMENT 'The webhook''s sequence.',
    created_at DateTime64(3, 'UTC') COMMENT 'When it was made, UTC.',
    status String COMMENT 'open: it is tried on; delivered: an attempt was answered with 2xx; expired: the deadline has passed; cancelled: the endpoint was deleted.',
    attempts UInt64 COMMENT 'How many attempts were made, by hand too.',
    reason String COMMENT 'Closed reason of the last row; empty: it succeeded.',
    status_code Int32 COMMENT 'HTTP status of the last row, 0 if there was no answer.',
    last_attempt_at DateTime64(3, 'UTC') COMMENT 'When the last row was made, UTC.',
    next_attempt_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it will be tried again, UTC; null: not.'
)
AS WITH argMax(tuple(a.outcome, a.reason, a.status_code, a.next_attempt_at), tuple(a.started_at, a.attempt)) AS last
SELECT a.tenant AS tenant, a.endpoint_id AS endpoint_id, a.job_id AS job_id, any(a.carrier) AS carrier, any(a.tracking_number) AS tracking_number,
    any(a.epoch) AS epoch, any(a.registration_id) AS registration_id, any(a.type) AS type, any(a.sequence) AS sequence, min(a.created_at) AS created_at,
    multiIf(countIf(a.outcome = 'delivered') > 0, 'delivered',
        last.1 != 'failed', last.1,
        isNull(last.4), 'expired',
        'open') AS status,
    countIf(a.outcome IN ('delivered', 'failed')) AS attempts,
    last.2 AS reason, last.3 AS status_code, max(a.started_at) AS last_attempt_at, last.4 AS next_attempt_at
FROM webhook_attempts AS a FINAL
GROUP BY a.tenant, a.endpoint_id, a.job_id
COMMENT 'How each webhook stands that was tried or has ended. Private to its tenant.';
