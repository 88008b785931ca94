-- How columns lie on disk, by measurement (README.md, "What lies on disk"). Names, types
-- and answers stay as they are. A part that is there keeps its form until it is merged
-- with others; nothing is rewritten now.
--
-- ZSTD at its lowest level takes two fifths less than LZ4 does, most of all of ids in hex, and
-- higher levels hardly less than that. Columns that are added later have it as well.
ALTER TABLE tracking_events MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE decisions MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE shipments MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE registrations MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE acknowledgements MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE exception_episodes MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE eta_changes MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE webhooks MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE webhook_attempts MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE endpoint_events MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE usage MODIFY SETTING default_compression_codec = 'ZSTD(1)';

-- Times of one parcel lie close together and in no order: T64 keeps the bits in which
-- they differ. It hides from ZSTD that a value comes again, so what repeats from row to
-- row, as the epoch of an event, has ZSTD alone.
ALTER TABLE tracking_events
    MODIFY COLUMN milestone CODEC(T64, ZSTD(1)),
    MODIFY COLUMN starts_clock CODEC(T64, ZSTD(1)),
    MODIFY COLUMN stops_clock CODEC(T64, ZSTD(1)),
    MODIFY COLUMN terminal CODEC(T64, ZSTD(1)),
    MODIFY COLUMN action_required CODEC(T64, ZSTD(1)),
    MODIFY COLUMN attempt_failure CODEC(T64, ZSTD(1)),
    MODIFY COLUMN physical_scan CODEC(T64, ZSTD(1)),
    MODIFY COLUMN severity CODEC(T64, ZSTD(1)),
    MODIFY COLUMN occurred_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN received_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN arrived_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN object_created CODEC(T64, ZSTD(1)),
    MODIFY COLUMN object_updated CODEC(T64, ZSTD(1)),
    MODIFY COLUMN version CODEC(T64, ZSTD(1)),
    MODIFY COLUMN occurred_date CODEC(T64, ZSTD(1)),
    MODIFY COLUMN received_date CODEC(T64, ZSTD(1));

ALTER TABLE shipments
    MODIFY COLUMN status_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN clock_start CODEC(T64, ZSTD(1)),
    MODIFY COLUMN clock_stop CODEC(T64, ZSTD(1)),
    MODIFY COLUMN delivered_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN first_event_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN last_event_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN last_scan_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN created_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN updated_at CODEC(T64, ZSTD(1));

ALTER TABLE registrations
    MODIFY COLUMN registered_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN expires_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN status_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN clock_start CODEC(T64, ZSTD(1)),
    MODIFY COLUMN clock_stop CODEC(T64, ZSTD(1)),
    MODIFY COLUMN delivered_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN last_event_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN updated_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN shown_at CODEC(T64, ZSTD(1)),
    MODIFY COLUMN ended_at CODEC(T64, ZSTD(1));

-- Where rows are kept for a time only, that time can be changed without writing the table
-- anew, and what is past it goes weekly: to take it out is to write the oldest year anew.
-- The rule of webhooks has the form of the others.
ALTER TABLE tracking_events MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE decisions MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE shipments MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE registrations MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE acknowledgements MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE exception_episodes MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE eta_changes MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE webhooks MODIFY SETTING materialize_ttl_recalculate_only = 1;
ALTER TABLE webhook_attempts MODIFY SETTING materialize_ttl_recalculate_only = 1, merge_with_ttl_timeout = 604800;
ALTER TABLE webhooks MODIFY TTL arrived_at + INTERVAL 36 DAY;

-- A parcel's raw events lie near each other on their topic.
ALTER TABLE decisions MODIFY COLUMN source_offset CODEC(Delta, ZSTD(1));
