-- What went wrong up to as_of, and how often, against all that went wrong and against all parcels; closed after as_of is open.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. What is known now counts. Denominators, all of the same carrier, service, lane and time: shipments, all parcels, for per_1000 (exceptions) and share_of_shipments (parcels with one); started, those that the carrier had by as_of, for share_of_started (those of them with one). share_of_exceptions: all exceptions of the answer. What had none makes no row. For one tenant, what it sees (R5).
-- By: code, party, severity, carrier, service, lane, origin, destination, month, week, day. Default: code, party.
-- Dates: registered, started, stopped, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['code', 'party']" --param_dates registered --queries-file exceptions.sql
WITH
    {by:Array(String)} AS groups,
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version,
            r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            ifNull(r.clock_start <= {as_of:DateTime64(3, 'UTC')}, false) AS has_started,
            coalesce( -- the date that was asked for: the other columns are not read
                if({dates:String} = 'registered', r.registered_at, NULL),
                if({dates:String} = 'started', r.clock_start, NULL),
                if({dates:String} = 'stopped', r.first_stop_at, NULL),
                if({dates:String} = 'promised', ifNull(r.promise_at, toDateTime64(r.promise_date, 3, 'UTC')), NULL)) AS at
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
            AND at >= {since:DateTime64(3, 'UTC')}
            AND at < {until:DateTime64(3, 'UTC')}
            AND ({dates:String} = 'promised' OR at <= {as_of:DateTime64(3, 'UTC')})
    ),
    sizes AS
    (
        SELECT
            if(has(groups, 'carrier'), p.carrier, '') AS by_carrier,
            if(has(groups, 'service'), p.service, '') AS by_service,
            if(has(groups, 'lane'), p.lane, '') AS by_lane,
            if(has(groups, 'origin'), p.origin, '') AS by_origin,
            if(has(groups, 'destination'), p.destination, '') AS by_destination,
            if(has(groups, 'month'), formatDateTime(assumeNotNull(p.at), '%Y-%m'), '') AS by_month,
            if(has(groups, 'week'), formatDateTime(assumeNotNull(p.at), '%G-W%V'), '') AS by_week,
            if(has(groups, 'day'), formatDateTime(assumeNotNull(p.at), '%Y-%m-%d'), '') AS by_day,
            count() AS shipments, countIf(p.has_started) AS started
        FROM parcels AS p
        GROUP BY by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day
    ),
    troubles AS
    (
        SELECT
            if(has(groups, 'carrier'), p.carrier, '') AS by_carrier,
            if(has(groups, 'service'), p.service, '') AS by_service,
            if(has(groups, 'lane'), p.lane, '') AS by_lane,
            if(has(groups, 'origin'), p.origin, '') AS by_origin,
            if(has(groups, 'destination'), p.destination, '') AS by_destination,
            if(has(groups, 'month'), formatDateTime(assumeNotNull(p.at), '%Y-%m'), '') AS by_month,
            if(has(groups, 'week'), formatDateTime(assumeNotNull(p.at), '%G-W%V'), '') AS by_week,
            if(has(groups, 'day'), formatDateTime(assumeNotNull(p.at), '%Y-%m-%d'), '') AS by_day,
            if(has(groups, 'code'), e.code, '') AS by_code,
            if(has(groups, 'party'), e.party, '') AS by_party,
            if(has(groups, 'severity'), multiIf(e.severity = 0, 'information', e.severity = 1, 'watch', 'act'), '') AS by_severity,
            count() AS exceptions,
            countIf(isNull(e.closed_at) OR e.closed_at > {as_of:DateTime64(3, 'UTC')}) AS open,
            uniqExact(p.carrier, p.tracking_number, p.epoch) AS parcels,
            uniqExactIf(p.carrier, p.tracking_number, p.epoch, p.has_started) AS started_parcels
        FROM parcels AS p
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE e.version >= p.version -- an older row is of an episode that a correction took away
            AND e.opened_at <= {as_of:DateTime64(3, 'UTC')}
            AND ({tenant:String} = '' OR (e.carrier, e.tracking_number, e.epoch, e.opening_event_id) IN -- R5
                (SELECT carrier, tracking_number, epoch, opening_event_id FROM tenant_exceptions WHERE tenant = {tenant:String}))
        GROUP BY by_code, by_party, by_severity, by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day
    )
SELECT
    by_code AS code,
    by_party AS party,
    by_severity AS severity,
    by_carrier AS carrier,
    by_service AS service,
    by_lane AS lane,
    by_origin AS origin,
    by_destination AS destination,
    by_month AS month,
    by_week AS week,
    by_day AS day,
    t.exceptions AS exceptions,
    t.open AS open,
    round(t.exceptions / sum(t.exceptions) OVER (), 4) AS share_of_exceptions,
    t.parcels AS parcels,
    s.shipments AS shipments,
    round(1000 * t.exceptions / s.shipments, 2) AS per_1000,
    round(t.parcels / s.shipments, 4) AS share_of_shipments,
    s.started AS started,
    if(s.started = 0, NULL, round(t.started_parcels / s.started, 4)) AS share_of_started
FROM troubles AS t
INNER JOIN sizes AS s USING (by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day)
ORDER BY month, week, day, exceptions DESC, code, party, severity, carrier, service, lane, origin, destination
-- The parcels are the larger side by far; the planner, which does not know that, would build its table of them.
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, query_plan_join_swap_table = 'false';
