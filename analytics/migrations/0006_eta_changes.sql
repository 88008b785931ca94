-- One move of a carrier's ETA.
CREATE TABLE IF NOT EXISTS eta_changes
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    causing_event_id String COMMENT 'Event that brought it.',
    changed_at DateTime64(3, 'UTC') COMMENT 'When that event arrived, UTC.',
    from_date Nullable(Date32) COMMENT 'Former ETA as a day; null for the first.',
    from_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Former ETA as an instant, UTC.',
    to_date Nullable(Date32) COMMENT 'New ETA as a day.',
    to_at Nullable(DateTime64(3, 'UTC')) COMMENT 'New ETA as an instant, UTC.',
    source LowCardinality(String) COMMENT 'Who said it.',
    reason String COMMENT 'Why, as the source says it.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The shipment''s revision that wrote this row; the highest counts. Counts only while it is not below the shipment''s: an older row is of an episode that a correction took away.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(epoch)
ORDER BY (carrier, tracking_number, epoch, causing_event_id)
COMMENT 'One move of the carrier''s ETA (D1).';
