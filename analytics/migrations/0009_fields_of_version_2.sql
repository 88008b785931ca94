-- Fields that version 2 of the records brought. Rows written before have the empty value
-- of the type, or null where a column may be null.
ALTER TABLE tracking_events
    ADD COLUMN IF NOT EXISTS also_from Array(LowCardinality(String)) COMMENT 'Other sources that told of the same event, in order of their names (I3).' AFTER source_kind,
    ADD COLUMN IF NOT EXISTS raw_status LowCardinality(String) COMMENT 'The source''s own status word.' AFTER raw_code,
    ADD COLUMN IF NOT EXISTS actor String COMMENT 'Who did it by hand, on action.* events (R7).' AFTER evidence;

ALTER TABLE shipments
    ADD COLUMN IF NOT EXISTS stalled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was found that no physical scan came for too long, UTC; null when one came since (D3).' AFTER last_scan_at,
    ADD COLUMN IF NOT EXISTS not_found_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when the carrier does not know the number, UTC; null when it does (D5).' AFTER stalled_at;

ALTER TABLE registrations
    MODIFY COLUMN state COMMENT 'active; or ended: expired (R4), stopped or closed (R7), moved to a newer life or another carrier, refused (R8), do_not_track (R2, R3).',
    MODIFY COLUMN first_of_parcel COMMENT 'The first of all registrations of this parcel, those with do_not_track and refused left out.',
    MODIFY COLUMN first_of_tenant COMMENT 'The first of this tenant''s registrations of this parcel, those with do_not_track and refused left out.',
    ADD COLUMN IF NOT EXISTS tags Array(LowCardinality(String)) COMMENT 'The tenant''s tags.' AFTER metadata,
    ADD COLUMN IF NOT EXISTS reason String COMMENT 'Why it was stopped, closed or refused.' AFTER state,
    ADD COLUMN IF NOT EXISTS actor String COMMENT 'Who stopped or closed it.' AFTER reason,
    ADD COLUMN IF NOT EXISTS ship_date Nullable(Date32) COMMENT 'Day the shipper meant to hand over, YYYY-MM-DD.' AFTER promised_zone,
    ADD COLUMN IF NOT EXISTS at_risk_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when it is at risk to miss its measure, UTC; null when it is not (D4).' AFTER delay_cleared_at,
    ADD COLUMN IF NOT EXISTS delay_s Nullable(Int64) COMMENT 'By how much the stop of the clock missed the measure, seconds; 0: in time; null: no measure or no stop yet (D2).' AFTER at_risk_at,
    ADD COLUMN IF NOT EXISTS accountable_delay_s Nullable(Int64) COMMENT 'delay_s less the time in exceptions that are not the carrier''s, not below 0, seconds (D6).' AFTER delay_s;

-- One exception that one tenant took in hand.
CREATE TABLE IF NOT EXISTS acknowledgements
(
    tenant LowCardinality(String) COMMENT 'Whose registration.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    registration_id String COMMENT 'Id of the registration.',
    opening_event_id String COMMENT 'The exception, by the event that opened it.',
    acknowledged_at DateTime64(3, 'UTC') COMMENT 'When, UTC.',
    actor String COMMENT 'Who.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The shipment''s revision that wrote this row; the highest counts. Counts only while it is not below the shipment''s: an older row is of an exception that a correction took away.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(epoch)
ORDER BY (tenant, carrier, tracking_number, epoch, registration_id, opening_event_id)
COMMENT 'One exception that one tenant took in hand (R7). Private to its tenant.';

-- Registrations of the newer kind say themselves that they went over, to a newer life of
-- the number or to another carrier; the older are told from the pair of rows, as before.
CREATE OR REPLACE VIEW registrations_moved
(
    tenant LowCardinality(String) COMMENT 'Whose it is.',
    registration_id String COMMENT 'Id of the registration.',
    epoch DateTime64(3, 'UTC') COMMENT 'The life of the number that it left, UTC (I1).'
)
AS SELECT tenant, registration_id, epoch
FROM registrations
WHERE state = 'moved'
UNION DISTINCT
SELECT left.tenant AS tenant, left.registration_id AS registration_id, left.epoch AS epoch
FROM registrations AS new
INNER JOIN
(
    SELECT tenant, carrier, tracking_number, registration_id, epoch
    FROM registrations
    WHERE state = 'stopped'
) AS left USING (tenant, carrier, tracking_number, registration_id)
WHERE new.epoch > left.epoch
SETTINGS final = 0
COMMENT 'Rows of registrations that count no more, for the registration follows a later parcel with the same number, or one at another carrier. Reports leave them out.';
