-- A tenant's registration as it now stands, with the clock of its shipment beside it.
CREATE TABLE IF NOT EXISTS registrations
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    registration_id String COMMENT 'Id of the registration.',
    tenant LowCardinality(String) COMMENT 'Whose it is.',
    state LowCardinality(String) COMMENT 'active, expired, stopped or do_not_track.',
    reference String COMMENT 'The tenant''s reference.',
    metadata String COMMENT 'The tenant''s text.',
    registered_at DateTime64(3, 'UTC') COMMENT 'Arrival, UTC: beginning of the window.',
    expires_at DateTime64(3, 'UTC') COMMENT 'End of the window, UTC, exclusive (R4).',
    backfill LowCardinality(String) COMMENT 'none, current or all.',
    promised_date Nullable(Date32) COMMENT 'Promise as a day, YYYY-MM-DD.',
    promised_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Promise as an instant, UTC.',
    promised_zone Nullable(String) COMMENT 'Zone of promised_date.',
    service LowCardinality(String) COMMENT 'Service token or name.',
    origin_country LowCardinality(String) COMMENT 'Origin''s country.',
    destination_country LowCardinality(String) COMMENT 'Destination''s country.',
    measure LowCardinality(String) COMMENT 'What delay is measured against: promised, original_eta, or empty for nothing (D1).',
    delayed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Stream time at which the measure had passed without a stop, UTC (D2).',
    delay_cleared_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Stream time at which the delay proved to be none, UTC (D2).',
    previous_status LowCardinality(String) COMMENT 'Status sent before the present one.',
    webhooks Int64 COMMENT 'Webhooks made for this registration, over all endpoints.',

    -- the carrier's side, from the same revision of the shipment, so that reports need no join
    status LowCardinality(String) COMMENT 'Main status of the model (O6).',
    code LowCardinality(String) COMMENT 'Code of the model.',
    terminal Bool COMMENT 'The carrier status is terminal.',
    status_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When that event occurred, UTC.',
    clock_start Nullable(DateTime64(3, 'UTC')) COMMENT 'First event with flag S, UTC (D7).',
    clock_stop Nullable(DateTime64(3, 'UTC')) COMMENT 'First event with flag X that is not INVALID, UTC (D7).',
    clock_stop_local String COMMENT 'clock_stop in the event''s local form, as far as known.',
    clock_stop_code LowCardinality(String) COMMENT 'Code of the event that stopped the clock.',
    delivered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First event of status DELIVERED that is no post_update, UTC; null again if a correction withdrew it.',
    delivered_local String COMMENT 'The same in local form: 2006-01-02T15:04:05 or 2006-01-02.',
    delivered_precision LowCardinality(String) COMMENT 'How exact delivered_at is.',
    original_eta_date Nullable(Date32) COMMENT 'The carrier''s first ETA as a day.',
    original_eta_at Nullable(DateTime64(3, 'UTC')) COMMENT 'The carrier''s first ETA as an instant, UTC.',
    last_event_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Latest event, UTC.',
    updated_at DateTime64(3, 'UTC') COMMENT 'Stream time of this revision, UTC.',

    -- so that a parcel with many registrations counts once
    first_of_parcel Bool COMMENT 'The first of all registrations of this parcel, those with do_not_track left out.',
    first_of_tenant Bool COMMENT 'The first of this tenant''s registrations of this parcel, those with do_not_track left out.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The shipment''s revision that wrote this row; the highest counts.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.',

    -- worked out when written: the definitions that all reports share
    lane LowCardinality(String)
        MATERIALIZED if(origin_country = '' AND destination_country = '', '',
            concat(if(origin_country = '', '?', origin_country), '-', if(destination_country = '', '?', destination_country)))
        COMMENT 'Origin and destination country, for example CN-DE, or ?-DE where one is not known; empty when neither is.',
    promise_date Nullable(Date32)
        MATERIALIZED coalesce(promised_date, toDate32(promised_at), original_eta_date, toDate32(original_eta_at))
        COMMENT 'Day of the measure of delay as written: the promise, else the carrier''s first ETA; of an instant its day in UTC.',
    promise_at Nullable(DateTime64(3, 'UTC'))
        MATERIALIZED multiIf(isNotNull(promised_date), NULL, isNotNull(promised_at), promised_at, isNotNull(original_eta_date), NULL, original_eta_at)
        COMMENT 'The measure of delay where it is an instant; null where it is a day.',
    delivered_date Nullable(Date32)
        MATERIALIZED if(isNull(delivered_at), NULL, ifNull(toDate32OrNull(left(delivered_local, 10)), toDate32(delivered_at)))
        COMMENT 'Calendar day of the delivery as the source wrote it; the day in UTC when it wrote none.',
    delivered_offset_s Int64
        MATERIALIZED if(abs(ifNull(dateDiff('second', delivered_at, toDateTime64OrNull(replaceOne(delivered_local, 'T', ' '), 3, 'UTC')), 0)) <= 54000,
            ifNull(dateDiff('second', delivered_at, toDateTime64OrNull(replaceOne(delivered_local, 'T', ' '), 3, 'UTC')), 0), 0)
        COMMENT 'What the local time of the delivery is ahead of UTC, in seconds; 0 when it is not known.',
    outcome LowCardinality(String)
        MATERIALIZED multiIf(
            isNull(delivered_at), 'open',
            isNull(promise_date), 'unknown',
            isNull(promise_at) OR delivered_precision = 'day',
                multiIf(delivered_date > promise_date, 'late', delivered_date < promise_date, 'early', 'on_time'),
            delivered_at > promise_at, 'late',
            toDate32(delivered_at + toIntervalSecond(delivered_offset_s)) < toDate32(promise_at + toIntervalSecond(delivered_offset_s)), 'early',
            'on_time')
        COMMENT 'open: not delivered; unknown: delivered, nothing to measure against; else early, on_time or late. Days are compared as days as soon as one side is only a day; of two instants, early means on an earlier day at the place of delivery.',
    delay_days Nullable(Float64)
        MATERIALIZED multiIf(
            outcome != 'late', NULL,
            isNull(promise_at) OR delivered_precision = 'day', toFloat64(dateDiff('day', promise_date, delivered_date)),
            dateDiff('millisecond', promise_at, delivered_at) / 86400000)
        COMMENT 'How late a late delivery was: whole days where one side is only a day, else with a fraction; null: not late.',
    ended_at Nullable(DateTime64(3, 'UTC'))
        MATERIALIZED coalesce(delivered_at, if(terminal, status_at, NULL))
        COMMENT 'When the parcel was delivered or came to another end such as returned or lost, UTC; null: still on its way.',
    INDEX by_number tracking_number TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_reference reference TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYear(epoch)
ORDER BY (tenant, carrier, tracking_number, epoch, registration_id)
COMMENT 'One tenant''s registration as it now stands. Private to its tenant.';

-- One that went over to a new life of its number (I1) has a row in both. It can
-- only be told from the pair of them: in the old life it is stopped, but so are
-- others that ended there. It need not be read final, which costs as much again:
-- neither a stop nor a new life is ever taken back.
CREATE VIEW IF NOT EXISTS registrations_moved
(
    tenant LowCardinality(String) COMMENT 'Whose it is.',
    registration_id String COMMENT 'Id of the registration.',
    epoch DateTime64(3, 'UTC') COMMENT 'The life of the number that it left, UTC (I1).'
)
AS SELECT DISTINCT left.tenant AS tenant, left.registration_id AS registration_id, left.epoch AS epoch
FROM registrations AS new
INNER JOIN
(
    SELECT tenant, carrier, tracking_number, registration_id, epoch
    FROM registrations
    WHERE state = 'stopped'
) AS left USING (tenant, carrier, tracking_number, registration_id)
WHERE new.epoch > left.epoch
SETTINGS final = 0
COMMENT 'Rows of registrations that count no more, for the registration follows a later parcel with the same number. Reports leave them out.';
