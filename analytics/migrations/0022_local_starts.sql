-- The start of the clock as its source wrote it, so that transit times begin on the day on
-- which they began there. Rows written before have no local form: their day is that in UTC.
ALTER TABLE shipments
    ADD COLUMN IF NOT EXISTS clock_start_local String COMMENT 'clock_start in the event''s local form, as far as known.' AFTER clock_start;

ALTER TABLE registrations
    ADD COLUMN IF NOT EXISTS clock_start_local String COMMENT 'clock_start in the event''s local form, as far as known.' AFTER clock_start,
    ADD COLUMN IF NOT EXISTS clock_start_date Nullable(Date32)
        MATERIALIZED if(isNull(clock_start), NULL, ifNull(toDate32OrNull(left(clock_start_local, 10)), toDate32(clock_start)))
        COMMENT 'Calendar day of clock_start as the source wrote it; the day in UTC when it wrote none.';

ALTER TABLE registrations
    MATERIALIZE COLUMN clock_start_date;
