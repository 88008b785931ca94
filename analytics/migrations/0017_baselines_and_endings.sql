-- Since when no scan came, as the rules reckon it, so that the report stalled finds what
-- they find (D3). Null in rows from before there was the column.
ALTER TABLE shipments
    ADD COLUMN IF NOT EXISTS silent_since Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when no physical scan came, UTC: since the last one, of which a day is over only when it ends (T2); of a parcel that was never scanned, since the end of its ship date. Null: not known.' AFTER last_scan_at;

-- How long things usually take, as the topic has it. A row of a version never changes, so
-- the version of the table is part of the key. Null values of the topic, which remove an old
-- version there, remove nothing here.
CREATE TABLE IF NOT EXISTS baselines
(
    baseline_version String COMMENT 'Version of the table that this row belongs to: when it was built, so that the highest is the newest. The field version of the contract.',
    level LowCardinality(String) COMMENT 'What the row is about: lane (carrier, service, countries and states), countries (carrier, service, countries), service (carrier and service) or carrier; or manifest, which ends the version.',
    rows Int64 COMMENT 'In the manifest: how many other rows the version has. 0 in these.',
    carrier LowCardinality(String) COMMENT 'Carrier slug; empty in the manifest.',
    service LowCardinality(String) COMMENT 'Service; empty: none was given, or the level is coarser.',
    origin_country LowCardinality(String) COMMENT 'Where the lane begins: country; empty: not known, or the level is coarser.',
    origin_state LowCardinality(String) COMMENT 'Likewise: state, province or region.',
    destination_country LowCardinality(String) COMMENT 'Where the lane ends: country; empty likewise.',
    destination_state LowCardinality(String) COMMENT 'Likewise: state, province or region.',
    status LowCardinality(String) COMMENT 'Main status; empty in the manifest.',
    samples Int64 COMMENT 'Gaps that ended, which gap_p50_s and gap_p95_s rest on.',
    gap_p50_s Float64 COMMENT 'Median time from one physical scan to the next, while the parcel had the status, seconds.',
    gap_p95_s Float64 COMMENT '95th percentile of that time, seconds.',
    parcels Int64 COMMENT 'Parcels whose clock stopped, which remaining_s rests on.',
    remaining_s Array(Float64) COMMENT 'Quantiles of the time from the first event of the status to the stop of the clock, in equal steps from 0 to 100 %, seconds.',
    built_at DateTime64(3, 'UTC') COMMENT 'When it was built, UTC.',
    since Nullable(DateTime64(3, 'UTC')) COMMENT 'In the manifest: the beginning of the time it was built from, UTC.',
    until Nullable(DateTime64(3, 'UTC')) COMMENT 'In the manifest: the end of that time, exclusive, UTC.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'Always 1: a row does not change.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (baseline_version, level, carrier, service, origin_country, origin_state, destination_country, destination_state, status)
COMMENT 'How long things usually take on one lane (D3, D4), every version that was built. Topic baselines.';

-- The same choice as the rules make: the newest version that is whole, without figures that
-- cannot be reckoned with (a century is no time of a parcel's).
CREATE OR REPLACE VIEW baselines_in_use
(
    baseline_version String COMMENT 'The newest version that is whole.',
    level LowCardinality(String) COMMENT 'What the row is about: lane, countries, service or carrier.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    service LowCardinality(String) COMMENT 'Service; empty: none was given, or the level is coarser.',
    origin_country LowCardinality(String) COMMENT 'Where the lane begins: country.',
    origin_state LowCardinality(String) COMMENT 'Likewise: state, province or region.',
    destination_country LowCardinality(String) COMMENT 'Where the lane ends: country.',
    destination_state LowCardinality(String) COMMENT 'Likewise: state, province or region.',
    status LowCardinality(String) COMMENT 'Main status.',
    samples Int64 COMMENT 'Gaps that ended, which gap_p50_s and gap_p95_s rest on.',
    gap_p50_s Float64 COMMENT 'Median time from one physical scan to the next, while the parcel had the status, seconds.',
    gap_p95_s Float64 COMMENT '95th percentile of that time, seconds.',
    parcels Int64 COMMENT 'Parcels whose clock stopped, which remaining_s rests on.',
    remaining_s Array(Float64) COMMENT 'Quantiles of the time from the first event of the status to the stop of the clock, in equal steps from 0 to 100 %, seconds.'
)
AS SELECT
    baseline_version, level, carrier, service, origin_country, origin_state, destination_country, destination_state, status,
    samples, gap_p50_s, gap_p95_s, parcels, remaining_s
FROM baselines FINAL
WHERE level != 'manifest'
    AND gap_p95_s BETWEEN 0 AND 3153600000
    AND arrayAll(q -> q BETWEEN 0 AND 3153600000, remaining_s) AND remaining_s = arraySort(remaining_s)
    AND baseline_version =
    (
        SELECT max(whole)
        FROM
        (
            SELECT baseline_version AS whole
            FROM baselines FINAL
            GROUP BY baseline_version
            HAVING countIf(level != 'manifest') = maxIf(toNullable(rows), level = 'manifest')
        )
    )
COMMENT 'The rows of baselines that the rules go by: those of the newest version that has as many rows as its manifest says.';

-- How a parcel ended, by the codes of the model, once for all reports. The word that the
-- carrier does not know whether it is lost or damaged (exc.loss_or_damage) is neither.
ALTER TABLE registrations
    ADD COLUMN IF NOT EXISTS ending LowCardinality(String)
        MATERIALIZED multiIf(
            code = 'delivered.damaged', 'damaged',
            status = 'DELIVERED', 'delivered',
            status = 'RETURNED', 'returned',
            code = 'failed.lost', 'lost',
            code = 'failed.destroyed', 'destroyed',
            status = 'FAILED', 'undeliverable',
            status = 'CANCELLED', 'cancelled',
            '')
        COMMENT 'What the parcel ended as, at status_at: delivered, damaged (delivered so), returned, lost, destroyed, undeliverable or cancelled; empty: still on its way.';

ALTER TABLE registrations
    MATERIALIZE COLUMN ending
SETTINGS mutations_sync = 2;

ALTER TABLE exception_episodes
    ADD COLUMN IF NOT EXISTS is_damage Bool
        MATERIALIZED code = 'exc.damaged'
        COMMENT 'Damage was found on the way.';

ALTER TABLE exception_episodes
    MATERIALIZE COLUMN is_damage
SETTINGS mutations_sync = 2;
