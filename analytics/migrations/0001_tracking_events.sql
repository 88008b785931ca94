-- An event as it now stands. No column of the key ever changes for an event; a newer
-- revision replaces an older one.
CREATE TABLE IF NOT EXISTS tracking_events
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number: upper case, no blanks, no dashes.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number: arrival of its first input, UTC (I1).',
    event_id String COMMENT 'Identity of the event, 16 hex digits (I2).',
    type LowCardinality(String) COMMENT 'tracking.event for a carrier''s event, else the derived type, for example tracking.delayed.',
    tenant LowCardinality(String) COMMENT 'Set on derived events that belong to one registration, empty on all others.',
    registration_id String COMMENT 'As tenant.',
    status LowCardinality(String) COMMENT 'Main status of the model.',
    code LowCardinality(String) COMMENT 'Code of the model.',
    milestone Bool COMMENT 'Flag M: worth a notification.',
    starts_clock Bool COMMENT 'Flag S: starts the clock.',
    stops_clock Bool COMMENT 'Flag X: stops the clock.',
    terminal Bool COMMENT 'Flag T: ends the parcel''s life.',
    action_required Bool COMMENT 'Flag A: somebody has to act.',
    attempt_failure Bool COMMENT 'Flag F: a first-attempt failure.',
    physical_scan Bool COMMENT 'Flag P: a physical scan.',
    party LowCardinality(String) COMMENT 'Who answers for it: carrier, shipper, consignee, customs, external, shared, system, unknown.',
    severity Int32 COMMENT '0 information, 1 watch, 2 act.',
    leg LowCardinality(String) COMMENT 'Which way the parcel goes.',
    occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened, UTC.',
    occurred_local String COMMENT 'Local form without a zone.',
    occurred_text String COMMENT 'As the carrier wrote it.',
    occurred_zone LowCardinality(String) COMMENT 'IANA zone or UTC offset.',
    occurred_precision LowCardinality(String) COMMENT 'How exact occurred_at is.',
    occurred_confidence LowCardinality(String) COMMENT 'How sure the zone is.',
    received_at DateTime64(3, 'UTC') COMMENT 'When our connector got it, UTC.',
    arrived_at DateTime64(3, 'UTC') COMMENT 'When it came onto the log, UTC.',
    source LowCardinality(String) COMMENT 'Who said it.',
    source_kind LowCardinality(String) COMMENT 'How it came in.',
    raw_code LowCardinality(String) COMMENT 'The carrier''s own code.',
    description String COMMENT 'The carrier''s own words.',
    location_name String COMMENT 'Where it happened: facility or free text.',
    location_city String COMMENT 'Where it happened: city.',
    location_state LowCardinality(String) COMMENT 'Where it happened: state, province or region.',
    location_postal_code String COMMENT 'Where it happened: postal code.',
    location_country LowCardinality(String) COMMENT 'Where it happened: country: ISO 3166-1 alpha-2 where known, else as the source writes it.',
    signed_by String COMMENT 'Who signed.',
    map_version LowCardinality(String) COMMENT 'Version of the map that made the code.',
    model_version LowCardinality(String) COMMENT 'Version of the status model that gave the flags.',
    decision LowCardinality(String) COMMENT 'What became of it: accepted, late, outdated, after_window. Derived events are accepted.',
    weakly_identified Bool COMMENT 'It had no code: its identity rests on its text (I2).',
    previous_status LowCardinality(String) COMMENT 'Main status of the shipment before this event, empty for a first.',
    evidence Map(LowCardinality(String), String) COMMENT 'For derived events: what the rule saw, by name.',
    object_created DateTime64(3, 'UTC') COMMENT 'Stream time at which the event was first taken in, UTC.',
    object_updated DateTime64(3, 'UTC') COMMENT 'Stream time of this revision, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The shipment''s revision that wrote this row; the highest counts.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',

    -- the same under other names
    revision UInt64
        ALIAS version
        COMMENT 'The same as version, by its name in the contract.',
    deleted Bool
        ALIAS is_deleted
        COMMENT 'The same as is_deleted, by its name in the contract.',

    -- worked out when written
    utc_offset_s Int64
        MATERIALIZED if(abs(ifNull(dateDiff('second', occurred_at, toDateTime64OrNull(replaceOne(occurred_local, 'T', ' '), 3, 'UTC')), 0)) <= 54000,
            ifNull(dateDiff('second', occurred_at, toDateTime64OrNull(replaceOne(occurred_local, 'T', ' '), 3, 'UTC')), 0), 0)
        COMMENT 'What the source''s local time is ahead of UTC, in seconds; 0 when it is not known.',
    occurred_date Date32
        MATERIALIZED ifNull(toDate32OrNull(left(occurred_local, 10)), toDate32(occurred_at))
        COMMENT 'Calendar day of occurred_at as the source wrote it; the day in UTC when it wrote none.',
    received_date Date32
        MATERIALIZED toDate32(received_at + toIntervalSecond(utc_offset_s))
        COMMENT 'Calendar day of received_at in the same local time.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(epoch)
ORDER BY (carrier, tracking_number, epoch, event_id)
COMMENT 'An event of a shipment as it now stands: a carrier''s, or one that the rules noticed by themselves. A newer revision of the same event_id replaces the older. Topic tracking-events.';
