-- What became of one raw event. The source position alone is the identity. Number first
-- in the key brings the decisions on one parcel together; the number of a raw event does
-- not change. No partition: the epoch of an orphan becomes known only later.
CREATE TABLE IF NOT EXISTS decisions
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'The shipment''s epoch, UTC; 1970 when there is no shipment.',
    source_topic LowCardinality(String) COMMENT 'Logical topic on which the raw event first lay, before rerouting.',
    source_partition Int32 COMMENT 'Its partition there.',
    source_offset Int64 COMMENT 'Its offset there.',
    decision LowCardinality(String) COMMENT 'accepted, duplicate, revision, late, outdated, after_window, orphan, flooded, dead_letter; until then held:reorder, held:future, held:orphan.',
    rule LowCardinality(String) COMMENT 'Name of the rule that decided, for example I4.',
    reason String COMMENT 'The reason in a sentence.',
    warnings Array(LowCardinality(String)) COMMENT 'unmapped, weak_identity, clamped.',
    event_id String COMMENT 'Identity of the event, 16 hex digits.',
    other_event_id String COMMENT 'The event it lost to or won over, where there is one.',
    source LowCardinality(String) COMMENT 'Who sent the raw event.',
    code LowCardinality(String) COMMENT 'Code of the model.',
    raw_code LowCardinality(String) COMMENT 'The carrier''s own code.',
    occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened, UTC.',
    received_at DateTime64(3, 'UTC') COMMENT 'When our connector got it, UTC.',
    arrived_at DateTime64(3, 'UTC') COMMENT 'When it came onto the log, UTC.',
    decided_at DateTime64(3, 'UTC') COMMENT 'Stream time of this decision, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'Counts the decisions on this raw event: 1, 2, ...; the highest counts.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (carrier, tracking_number, source_topic, source_partition, source_offset)
COMMENT 'What became of one raw event, and why. A newer version of the same source position replaces the older. Topic decisions.';
