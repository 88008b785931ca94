-- How long parcels take from the start of the clock to its stop, in hours, calendar days and business days, and whether that was as promised.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. What had not stopped by as_of is left out; else what is known now counts. Basis delivery: up to the delivery in place of the first stop. The clock starts at the first scan, never at the label: without one, or with a stop before it, the time is unknown. Denominators: measured for the percentiles of days, timed for those of hours, promised for within_share. Business days are those of the destination; where its holidays are not known (no_holidays), only its weekends are left out.
-- By: carrier, service, lane, origin, destination, month, week, day. Default: lane.
-- Basis: first-stop, delivery.
-- Dates: registered, started, stopped, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['lane']" --param_basis first-stop --param_dates registered --queries-file transit-time.sql
WITH
    -- from a day before the first start, for its local day may be that
    (SELECT ifNull(greatest(toDate32(min(clock_start)) - 1, toDate32('2000-01-01')), toDate32('2000-01-01')) FROM registrations SETTINGS final = 0) AS first_day,
    least(toDate32({as_of:DateTime64(3, 'UTC')}) + 2, toDate32('2041-01-01')) AS end_day,
    -- by country and day in one number, which is faster to join by: the business days up to that day
    calendar AS
    (
        SELECT
            reinterpretAsUInt16(country) * 65536 + toInt32(day) AS country_day,
            sum(NOT has(weekend, toDayOfWeek(day)) AND (country, day) NOT IN (SELECT country, day FROM holidays)) OVER (PARTITION BY country ORDER BY day) AS business_days
        FROM
        (
            SELECT country, weekend, first_day + arrayJoin(range(toUInt32(greatest(0, dateDiff('day', first_day, end_day))))) AS day
            FROM calendars
        )
    ),
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            r.promise_date AS promise_date,
            if({basis:String} = 'first-stop', r.first_stop_at, r.delivered_at) AS stopped_at,
            if({basis:String} = 'first-stop', r.first_stop_date, r.delivered_date) AS stop_date,
            if({basis:String} = 'first-stop', r.first_stop_is_day, r.delivered_precision = 'day') AS stop_is_day,
            if({basis:String} = 'first-stop', r.first_stop_outcome, r.outcome) AS outcome,
            r.clock_start_date AS start_date,
            stop_is_day OR length(r.clock_start_local) = 10 AS is_days, -- of one side only the day is known
            ifNull(if(is_days, stop_date >= start_date, stopped_at >= r.clock_start), false) AS is_measured,
            if(is_days, NULL, dateDiff('millisecond', r.clock_start, stopped_at) / 3600000) AS hours,
            if(destination IN (SELECT country FROM calendars), destination, '') AS country,
            reinterpretAsUInt16(country) * 65536 + toInt32(start_date) AS country_start,
            reinterpretAsUInt16(country) * 65536 + toInt32(stop_date) AS country_stop,
            coalesce( -- the date that was asked for: the other columns are not read
                if({dates:String} = 'registered', r.registered_at, NULL),
                if({dates:String} = 'started', r.clock_start, NULL),
                if({dates:String} = 'stopped' AND {basis:String} = 'delivery', r.delivered_at, NULL),
                if({dates:String} = 'stopped' AND {basis:String} = 'first-stop', r.first_stop_at, NULL),
                if({dates:String} = 'promised', ifNull(r.promise_at, toDateTime64(r.promise_date, 3, 'UTC')), NULL)) AS at
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
            AND at >= {since:DateTime64(3, 'UTC')}
            AND at < {until:DateTime64(3, 'UTC')}
            AND stopped_at <= {as_of:DateTime64(3, 'UTC')}
    ),
    transits AS
    (
        SELECT
            p.*,
            p.is_measured AND isNotNull(p.hours) AS is_timed,
            greatest(0, toFloat64(dateDiff('day', p.start_date, p.stop_date))) AS days, -- eastward, a later instant can be an earlier day
            p.is_measured AND a.country_day > 0 AND b.country_day > 0 AS is_counted,
            greatest(0, toFloat64(b.business_days) - toFloat64(a.business_days)) AS business_days
        FROM parcels AS p
        LEFT JOIN calendar AS a ON a.country_day = p.country_start
        LEFT JOIN calendar AS b ON b.country_day = p.country_stop
    )
SELECT
    if(has({by:Array(String)}, 'carrier'), t.carrier, '') AS carrier,
    if(has({by:Array(String)}, 'service'), t.service, '') AS service,
    if(has({by:Array(String)}, 'lane'), t.lane, '') AS lane,
    if(has({by:Array(String)}, 'origin'), t.origin, '') AS origin,
    if(has({by:Array(String)}, 'destination'), t.destination, '') AS destination,
    if(has({by:Array(String)}, 'month'), formatDateTime(assumeNotNull(t.at), '%Y-%m'), '') AS month,
    if(has({by:Array(String)}, 'week'), formatDateTime(assumeNotNull(t.at), '%G-W%V'), '') AS week,
    if(has({by:Array(String)}, 'day'), formatDateTime(assumeNotNull(t.at), '%Y-%m-%d'), '') AS day,
    count() AS stopped,
    countIf(t.is_measured) AS measured,
    countIf(t.is_timed) AS timed,
    if(timed = 0, NULL, round((quantilesExactInclusiveIf(0.5, 0.9, 0.95)(ifNull(t.hours, 0), t.is_timed) AS hours)[1], 2)) AS p50_hours,
    if(timed = 0, NULL, round(hours[2], 2)) AS p90_hours,
    if(timed = 0, NULL, round(hours[3], 2)) AS p95_hours,
    if(measured = 0, NULL, round((quantilesExactInclusiveIf(0.5, 0.9, 0.95)(ifNull(t.days, 0), t.is_measured) AS days)[1], 2)) AS p50_days,
    if(measured = 0, NULL, round(days[2], 2)) AS p90_days,
    if(measured = 0, NULL, round(days[3], 2)) AS p95_days,
    if(countIf(t.is_counted) = 0, NULL,
        round((quantilesExactInclusiveIf(0.5, 0.9, 0.95)(t.business_days, t.is_counted) AS business_days)[1], 2)) AS p50_business_days,
    if(countIf(t.is_counted) = 0, NULL, round(business_days[2], 2)) AS p90_business_days,
    if(countIf(t.is_counted) = 0, NULL, round(business_days[3], 2)) AS p95_business_days,
    countIf(t.is_measured AND t.country NOT IN (SELECT country FROM calendars WHERE holidays_known)) AS no_holidays,
    countIf(t.is_measured AND t.outcome != 'unknown') AS promised,
    if(promised = 0, NULL,
        round(quantileExactInclusiveIf(0.5)(toFloat64(ifNull(dateDiff('day', t.start_date, t.promise_date), 0)), t.is_measured AND t.outcome != 'unknown'), 2)) AS p50_promised_days,
    if(promised = 0, NULL, round(countIf(t.is_measured AND t.outcome IN ('early', 'on_time')) / promised, 4)) AS within_share
FROM transits AS t
GROUP BY carrier, service, lane, origin, destination, month, week, day WITH TOTALS
ORDER BY month, week, day, stopped DESC, carrier, service, lane, origin, destination
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
