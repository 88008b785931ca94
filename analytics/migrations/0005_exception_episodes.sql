-- One time in which something was wrong with a shipment.
CREATE TABLE IF NOT EXISTS exception_episodes
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    opening_event_id String COMMENT 'Event that opened it.',
    opened_at DateTime64(3, 'UTC') COMMENT 'When that event occurred, UTC.',
    closed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the event that closed it occurred, UTC; null while open.',
    acknowledged_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When somebody took it in hand, UTC.',
    code LowCardinality(String) COMMENT 'Code of the opening event.',
    party LowCardinality(String) COMMENT 'Who answers for it.',
    severity Int32 COMMENT '0 information, 1 watch, 2 act.',
    closing_event_id String COMMENT 'Event that closed it.',
    closing_code LowCardinality(String) COMMENT 'Code of that event.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The shipment''s revision that wrote this row; the highest counts. Counts only while it is not below the shipment''s: an older row is of an episode that a correction took away.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(epoch)
ORDER BY (carrier, tracking_number, epoch, opening_event_id)
COMMENT 'A time in which something was wrong (D6).';
