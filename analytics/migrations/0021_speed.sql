-- What reports on many parcels need to be quick.
--
-- The present is asked for by every report that is given none: the highest time of two large
-- tables. With its least and highest kept for each granule a sort for one row reads a
-- granule instead of the column.
ALTER TABLE decisions
    ADD INDEX IF NOT EXISTS by_time decided_at TYPE minmax GRANULARITY 1,
    MATERIALIZE INDEX by_time
SETTINGS mutations_sync = 2;

ALTER TABLE shipments
    ADD INDEX IF NOT EXISTS by_time updated_at TYPE minmax GRANULARITY 1,
    MATERIALIZE INDEX by_time
SETTINGS mutations_sync = 2;

CREATE OR REPLACE VIEW stream_time
(
    as_of DateTime64(3, 'UTC') COMMENT 'The highest stream time in the tables, UTC; 1970 when they are empty.'
)
AS SELECT greatest(
    ifNull((SELECT updated_at FROM shipments ORDER BY updated_at DESC LIMIT 1), toDateTime64(0, 3, 'UTC')),
    ifNull((SELECT decided_at FROM decisions ORDER BY decided_at DESC LIMIT 1), toDateTime64(0, 3, 'UTC'))) AS as_of
SETTINGS final = 0
COMMENT 'What reports and rollups take for now, so that replayed history has a present.';

-- A final read of a partition that is one part costs what a plain read does; of several it
-- costs many times as much. So a partition is merged into one when nothing came into it for a
-- day: past years, and everything where all is at rest.
ALTER TABLE tracking_events MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE decisions MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE shipments MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE registrations MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE exception_episodes MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE eta_changes MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE acknowledgements MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE usage MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE webhook_attempts MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
ALTER TABLE endpoint_events MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
