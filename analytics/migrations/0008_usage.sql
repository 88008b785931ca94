-- One unit of use.
CREATE TABLE IF NOT EXISTS usage
(
    tenant LowCardinality(String) COMMENT 'Who used it.',
    registration_id String COMMENT 'The registration.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'The shipment''s epoch, UTC.',
    used_at DateTime64(3, 'UTC') COMMENT 'Arrival of the registration, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'Always 1: a unit does not change.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (tenant, registration_id)
COMMENT 'One unit of use: an accepted, valid, new registration (R8). Topic usage, key the tenant.';
