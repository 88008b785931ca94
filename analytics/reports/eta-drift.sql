-- How often and how far the carriers' ETAs move, how long before the parcel stops, and how right an ETA is by its age.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. What is known now counts, of what was told and had stopped by as_of. Basis first-stop: the first attempt or hand-over to a pick-up point stands for the delivery. Denominators: parcels with an ETA for moved_share and moves_per_parcel; for accuracy ETAs that were told before the stop, by how many days before: right is at most 1 day off.
-- By: carrier, service, lane, origin, destination, month, week, day. Default: carrier.
-- Basis: delivery, first-stop.
-- Dates: registered, started, stopped, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['carrier']" --param_basis delivery --param_dates registered --queries-file eta-drift.sql
WITH
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version,
            if({basis:String} = 'first-stop', r.first_stop_at, r.delivered_at) AS stop_at,
            if({basis:String} = 'first-stop', r.first_stop_date, r.delivered_date) AS stop_date,
            if({basis:String} = 'first-stop', r.first_stop_is_day, r.delivered_precision = 'day') AS stop_is_day,
            if(stop_at > {as_of:DateTime64(3, 'UTC')}, NULL, stop_at) AS stopped_at,
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
            AND ({dates:String} = 'promised' OR at <= {as_of:DateTime64(3, 'UTC')})
    ),
    -- every ETA that was told: by how much it moved the one before, how old it was at the stop, and how far off
    etas AS
    (
        SELECT
            p.carrier AS carrier, p.service AS service, p.lane AS lane, p.origin AS origin, p.destination AS destination, p.at AS at,
            cityHash64(p.carrier, p.tracking_number, p.epoch) AS parcel,
            ifNull(e.to_date, toDate32(e.to_at)) AS to_day,
            if(isNull(e.from_at) OR isNull(e.to_at), toFloat64(dateDiff('day', ifNull(e.from_date, toDate32(e.from_at)), to_day)),
                dateDiff('millisecond', e.from_at, e.to_at) / 86400000) AS moved_days,
            dateDiff('millisecond', e.changed_at, p.stopped_at) / 86400000 AS age_days,
            if(isNotNull(e.to_date) OR p.stop_is_day, toFloat64(abs(dateDiff('day', to_day, p.stop_date))),
                abs(dateDiff('millisecond', e.to_at, p.stopped_at)) / 86400000) AS off_days,
            ifNull(moved_days != 0, false) AS is_move, -- a day that was told more exactly has not moved
            ifNull(age_days >= 0, false) AS is_measured
        FROM parcels AS p
        INNER JOIN eta_changes AS e USING (carrier, tracking_number, epoch)
        WHERE e.version >= p.version -- an older row is of a change that a correction took away
            AND e.changed_at <= {as_of:DateTime64(3, 'UTC')}
            AND isNotNull(to_day)
    )
SELECT
    if(has({by:Array(String)}, 'carrier'), e.carrier, '') AS carrier,
    if(has({by:Array(String)}, 'service'), e.service, '') AS service,
    if(has({by:Array(String)}, 'lane'), e.lane, '') AS lane,
    if(has({by:Array(String)}, 'origin'), e.origin, '') AS origin,
    if(has({by:Array(String)}, 'destination'), e.destination, '') AS destination,
    if(has({by:Array(String)}, 'month'), formatDateTime(assumeNotNull(e.at), '%Y-%m'), '') AS month,
    if(has({by:Array(String)}, 'week'), formatDateTime(assumeNotNull(e.at), '%G-W%V'), '') AS week,
    if(has({by:Array(String)}, 'day'), formatDateTime(assumeNotNull(e.at), '%Y-%m-%d'), '') AS day,
    uniqExact(e.parcel) AS parcels,
    uniqExactIf(e.parcel, e.is_move) AS moved,
    if(parcels = 0, NULL, round(moved / parcels, 4)) AS moved_share,
    countIf(e.is_move) AS moves,
    if(parcels = 0, NULL, round(moves / parcels, 2)) AS moves_per_parcel,
    countIf(e.is_move AND e.moved_days > 0) AS later,
    countIf(e.is_move AND e.moved_days < 0) AS earlier,
    if(moves = 0, NULL, round(avgIf(ifNull(e.moved_days, 0), e.is_move), 2)) AS mean_days,
    if(moves = 0, NULL, round(quantileExactInclusiveIf(0.5)(ifNull(e.moved_days, 0), e.is_move), 2)) AS p50_days,
    if(countIf(e.is_move AND e.is_measured) = 0, NULL,
        round(quantileExactInclusiveIf(0.5)(ifNull(e.age_days, 0), e.is_move AND e.is_measured), 2)) AS p50_days_before,
    countIf(e.is_measured) AS measured,
    if(measured = 0, NULL, round(countIf(e.is_measured AND e.off_days <= 1) / measured, 4)) AS accuracy,
    round(avgOrNullIf(e.off_days <= 1, e.is_measured AND e.age_days < 1), 4) AS accuracy_0_to_1,
    round(avgOrNullIf(e.off_days <= 1, e.is_measured AND e.age_days >= 1 AND e.age_days < 2), 4) AS accuracy_1_to_2,
    round(avgOrNullIf(e.off_days <= 1, e.is_measured AND e.age_days >= 2 AND e.age_days < 4), 4) AS accuracy_2_to_4,
    round(avgOrNullIf(e.off_days <= 1, e.is_measured AND e.age_days >= 4 AND e.age_days < 7), 4) AS accuracy_4_to_7,
    round(avgOrNullIf(e.off_days <= 1, e.is_measured AND e.age_days >= 7), 4) AS accuracy_over_7
FROM etas AS e
GROUP BY carrier, service, lane, origin, destination, month, week, day WITH TOTALS
ORDER BY month, week, day, parcels DESC, carrier, service, lane, origin, destination
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
