-- The outcome by the first stop of the clock, beside that by the delivery. The days are
-- compared in the same way. How exact a stop is, its local form tells.
ALTER TABLE registrations
    ADD COLUMN IF NOT EXISTS first_stop_at Nullable(DateTime64(3, 'UTC'))
        MATERIALIZED coalesce(clock_stop, delivered_at)
        COMMENT 'First stop of the clock (D7): a delivery attempt, a hand-over to a pick-up point, or the delivery itself, UTC; null: none yet.',
    ADD COLUMN IF NOT EXISTS first_stop_local String
        MATERIALIZED if(isNull(clock_stop), delivered_local, clock_stop_local)
        COMMENT 'The same in local form: 2006-01-02T15:04:05 or 2006-01-02; empty: not known.',
    ADD COLUMN IF NOT EXISTS first_stop_is_day Bool
        MATERIALIZED length(first_stop_local) = 10 OR ifNull(first_stop_at = delivered_at, false) AND delivered_precision = 'day'
        COMMENT 'Of the first stop only the day is known.',
    ADD COLUMN IF NOT EXISTS first_stop_date Nullable(Date32)
        MATERIALIZED if(isNull(first_stop_at), NULL, ifNull(toDate32OrNull(left(first_stop_local, 10)), toDate32(first_stop_at)))
        COMMENT 'Calendar day of the first stop as the source wrote it; the day in UTC when it wrote none.',
    ADD COLUMN IF NOT EXISTS first_stop_offset_s Int64
        MATERIALIZED if(abs(ifNull(dateDiff('second', first_stop_at, toDateTime64OrNull(replaceOne(first_stop_local, 'T', ' '), 3, 'UTC')), 0)) <= 54000,
            ifNull(dateDiff('second', first_stop_at, toDateTime64OrNull(replaceOne(first_stop_local, 'T', ' '), 3, 'UTC')), 0), 0)
        COMMENT 'What the local time of the first stop is ahead of UTC, in seconds; 0 when it is not known.',
    ADD COLUMN IF NOT EXISTS first_stop_outcome LowCardinality(String)
        MATERIALIZED multiIf(
            isNull(first_stop_at), 'open',
            isNull(promise_date), 'unknown',
            isNull(promise_at) OR first_stop_is_day,
                multiIf(first_stop_date > promise_date, 'late', first_stop_date < promise_date, 'early', 'on_time'),
            first_stop_at > promise_at, 'late',
            toDate32(first_stop_at + toIntervalSecond(first_stop_offset_s)) < toDate32(promise_at + toIntervalSecond(first_stop_offset_s)), 'early',
            'on_time')
        COMMENT 'As outcome, by the first stop of the clock in place of the delivery. open: no stop yet.',
    ADD COLUMN IF NOT EXISTS first_stop_delay_days Nullable(Float64)
        MATERIALIZED multiIf(
            first_stop_outcome != 'late', NULL,
            isNull(promise_at) OR first_stop_is_day, toFloat64(dateDiff('day', promise_date, first_stop_date)),
            dateDiff('millisecond', promise_at, first_stop_at) / 86400000)
        COMMENT 'As delay_days, by the first stop of the clock in place of the delivery.',

    -- what exceptions of others are weighed against: the same lateness as delay_s is (D6)
    ADD COLUMN IF NOT EXISTS late_s Nullable(Float64)
        MATERIALIZED multiIf(
            outcome != 'late', NULL,
            isNotNull(promise_at) OR delivered_precision = 'day', delay_days * 86400,
            greatest(1, dateDiff('millisecond', toDateTime64(addDays(promise_date, 1), 3, 'UTC'), delivered_at + toIntervalSecond(delivered_offset_s)) / 1000))
        COMMENT 'How late a late delivery was, in seconds: a promised day ends at midnight where the parcel was delivered; whole days where the delivery is only a day. Null: not late.',
    ADD COLUMN IF NOT EXISTS first_stop_late_s Nullable(Float64)
        MATERIALIZED multiIf(
            first_stop_outcome != 'late', NULL,
            isNotNull(promise_at) OR first_stop_is_day, first_stop_delay_days * 86400,
            greatest(1, dateDiff('millisecond', toDateTime64(addDays(promise_date, 1), 3, 'UTC'), first_stop_at + toIntervalSecond(first_stop_offset_s)) / 1000))
        COMMENT 'As late_s, by the first stop of the clock in place of the delivery.';

-- Until this is through, the server works the values of old rows out when they are read.
ALTER TABLE registrations
    MATERIALIZE COLUMN first_stop_at,
    MATERIALIZE COLUMN first_stop_local,
    MATERIALIZE COLUMN first_stop_is_day,
    MATERIALIZE COLUMN first_stop_date,
    MATERIALIZE COLUMN first_stop_offset_s,
    MATERIALIZE COLUMN first_stop_outcome,
    MATERIALIZE COLUMN first_stop_delay_days,
    MATERIALIZE COLUMN late_s,
    MATERIALIZE COLUMN first_stop_late_s;
