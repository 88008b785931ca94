-- One attempt at a webhook, or the end of a job without one.
CREATE TABLE IF NOT EXISTS webhook_attempts
(
    tenant LowCardinality(String) COMMENT 'Whose it is.',
    endpoint_id LowCardinality(String) COMMENT 'Where it went.',
    job_id String COMMENT 'The webhook''s id.',
    attempt Int32 COMMENT 'Number of the attempt, from 1. A row that ends a job has the number after its last attempt.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'The shipment''s epoch, UTC.',
    registration_id String COMMENT 'For which registration.',
    type LowCardinality(String) COMMENT 'The webhook''s type.',
    sequence Int64 COMMENT 'The webhook''s sequence.',
    trigger LowCardinality(String) COMMENT 'event, test or manual.',
    outcome LowCardinality(String) COMMENT 'delivered: 2xx; failed: anything else, the job goes on; expired: the deadline has passed; cancelled: the endpoint was deleted.',
    reason LowCardinality(String) COMMENT 'Closed reason of a failure, for example timeout.',
    status_code Int32 COMMENT 'HTTP status, 0 if there was no answer.',
    response String COMMENT 'First bytes of the answer, up to 1024.',
    started_at DateTime64(3, 'UTC') COMMENT 'When the attempt began, UTC.',
    dns_us Int64 COMMENT 'Name resolution, microseconds.',
    connect_us Int64 COMMENT 'TCP connect, microseconds.',
    tls_us Int64 COMMENT 'TLS handshake, microseconds.',
    first_byte_us Int64 COMMENT 'From the start to the first byte of the answer, microseconds.',
    total_us Int64 COMMENT 'The whole attempt, microseconds.',
    created_at DateTime64(3, 'UTC') COMMENT 'When the job was made, UTC.',
    next_attempt_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it will be tried again, UTC; null: not.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'Always 1: an attempt does not change.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (tenant, endpoint_id, job_id, attempt)
COMMENT 'One attempt at a webhook, or the end of a job without one (W14). Topic webhook-attempts.';
