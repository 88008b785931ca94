-- A shipment as it now stands: the carrier's side. Who follows it stands in registrations.
CREATE TABLE IF NOT EXISTS shipments
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    status LowCardinality(String) COMMENT 'Main status of the model (O6).',
    code LowCardinality(String) COMMENT 'Code of the model.',
    leg LowCardinality(String) COMMENT 'Which way the parcel goes.',
    present_event_id String COMMENT 'The event that the status comes from.',
    status_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When that event occurred, UTC.',
    terminal Bool COMMENT 'The carrier status is terminal.',
    clock_start Nullable(DateTime64(3, 'UTC')) COMMENT 'First event with flag S, UTC (D7).',
    clock_stop Nullable(DateTime64(3, 'UTC')) COMMENT 'First event with flag X that is not INVALID, UTC (D7).',
    clock_stop_local String COMMENT 'clock_stop in the event''s local form, as far as known.',
    clock_stop_code LowCardinality(String) COMMENT 'Code of the event that stopped the clock.',
    delivered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First event of status DELIVERED that is no post_update, UTC; null again if a correction withdrew it.',
    delivered_local String COMMENT 'The same in local form: 2006-01-02T15:04:05 or 2006-01-02.',
    delivered_precision LowCardinality(String) COMMENT 'How exact delivered_at is.',
    eta_date Nullable(Date32) COMMENT 'The carrier''s present ETA as a day, YYYY-MM-DD.',
    eta_at Nullable(DateTime64(3, 'UTC')) COMMENT 'The carrier''s present ETA as an instant, UTC.',
    original_eta_date Nullable(Date32) COMMENT 'The carrier''s first ETA as a day.',
    original_eta_at Nullable(DateTime64(3, 'UTC')) COMMENT 'The carrier''s first ETA as an instant, UTC.',
    first_event_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Earliest event, UTC.',
    last_event_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Latest event, UTC.',
    last_scan_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Latest physical scan, UTC.',
    attempts Int32 COMMENT 'Delivery attempts that failed.',
    events Int32 COMMENT 'Events in the history, counted since its beginning.',
    service LowCardinality(String) COMMENT 'Service token or name, from the first registration that says one.',
    origin_country LowCardinality(String) COMMENT 'Origin''s country, from the first registration that says one.',
    destination_country LowCardinality(String) COMMENT 'Destination''s country, likewise.',
    closed Bool COMMENT 'The live state has ended; only a closed record is kept (D9).',
    created_at DateTime64(3, 'UTC') COMMENT 'Stream time of its first change, UTC.',
    updated_at DateTime64(3, 'UTC') COMMENT 'Stream time of this revision, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The shipment''s revision; the highest counts.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',

    -- the same under another name
    revision UInt64
        ALIAS version
        COMMENT 'The same as version, by its name in the contract.',

    -- worked out when written
    lane LowCardinality(String)
        MATERIALIZED if(origin_country = '' AND destination_country = '', '', concat(origin_country, '-', destination_country))
        COMMENT 'Origin and destination country, for example CN-DE; empty when neither is known.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(epoch)
ORDER BY (carrier, tracking_number, epoch)
COMMENT 'A shipment as it now stands. A higher revision of the same epoch replaces the lower. Topic shipments, key <carrier>:<number>:<epoch ms>.';
