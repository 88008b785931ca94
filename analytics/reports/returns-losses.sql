-- How many parcels were returned, undeliverable, lost, destroyed or damaged by as_of, against all parcels and against all that had trouble.
-- Date basis: arrival of the registration, or another of dates, in UTC; parcels without that date are left out. A parcel counts as what it ended as, so one that was lost and then delivered as neither; what ended after as_of has not. Damaged: found so on the way, or delivered so; such a parcel may be returned or lost as well. Denominators, all of the same carrier, service, lane and time: shipments, all parcels; troubled, those with an exception or one of these endings. party: who answers for the last exception; unknown: there was none. For one tenant, what it sees (R5).
-- By: ending, party, carrier, service, lane, origin, destination, month, week, day. Default: ending.
-- Dates: registered, started, promised.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['ending']" --param_dates registered --queries-file returns-losses.sql
WITH
    {by:Array(String)} AS groups,
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version,
            r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            if(r.ending IN ('returned', 'undeliverable', 'lost', 'destroyed', 'damaged') AND ifNull(r.status_at <= {as_of:DateTime64(3, 'UTC')}, false), r.ending, '') AS ending,
            coalesce( -- the date that was asked for: the other columns are not read
                if({dates:String} = 'registered', r.registered_at, NULL),
                if({dates:String} = 'started', r.clock_start, NULL),
                if({dates:String} = 'promised', ifNull(r.promise_at, toDateTime64(r.promise_date, 3, 'UTC')), NULL)) AS at
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
            AND at >= {since:DateTime64(3, 'UTC')}
            AND at < {until:DateTime64(3, 'UTC')}
            AND ({dates:String} = 'promised' OR at <= {as_of:DateTime64(3, 'UTC')})
    ),
    cases AS
    (
        SELECT
            p.carrier AS carrier, p.tracking_number AS tracking_number, p.epoch AS epoch,
            if(has(groups, 'carrier'), p.carrier, '') AS by_carrier,
            if(has(groups, 'service'), p.service, '') AS by_service,
            if(has(groups, 'lane'), p.lane, '') AS by_lane,
            if(has(groups, 'origin'), p.origin, '') AS by_origin,
            if(has(groups, 'destination'), p.destination, '') AS by_destination,
            if(has(groups, 'month'), formatDateTime(assumeNotNull(p.at), '%Y-%m'), '') AS by_month,
            if(has(groups, 'week'), formatDateTime(assumeNotNull(p.at), '%G-W%V'), '') AS by_week,
            if(has(groups, 'day'), formatDateTime(assumeNotNull(p.at), '%Y-%m-%d'), '') AS by_day,
            p.ending AS ending, toString(e.party) AS party, e.opened_at AS opened_at, e.is_damage AS is_damage
        FROM parcels AS p
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE e.version >= p.version -- an older row is of an episode that a correction took away
            AND e.opened_at <= {as_of:DateTime64(3, 'UTC')}
            AND ({tenant:String} = '' OR (e.carrier, e.tracking_number, e.epoch, e.opening_event_id) IN -- R5
                (SELECT carrier, tracking_number, epoch, opening_event_id FROM tenant_exceptions WHERE tenant = {tenant:String}))
        UNION ALL
        SELECT
            p.carrier AS carrier, p.tracking_number AS tracking_number, p.epoch AS epoch,
            if(has(groups, 'carrier'), p.carrier, '') AS by_carrier,
            if(has(groups, 'service'), p.service, '') AS by_service,
            if(has(groups, 'lane'), p.lane, '') AS by_lane,
            if(has(groups, 'origin'), p.origin, '') AS by_origin,
            if(has(groups, 'destination'), p.destination, '') AS by_destination,
            if(has(groups, 'month'), formatDateTime(assumeNotNull(p.at), '%Y-%m'), '') AS by_month,
            if(has(groups, 'week'), formatDateTime(assumeNotNull(p.at), '%G-W%V'), '') AS by_week,
            if(has(groups, 'day'), formatDateTime(assumeNotNull(p.at), '%Y-%m-%d'), '') AS by_day,
            p.ending AS ending, 'unknown' AS party, toDateTime64(0, 3, 'UTC') AS opened_at, false AS is_damage
        FROM parcels AS p
        WHERE p.ending != ''
    ),
    troubled AS
    (
        SELECT
            any(c.by_carrier) AS by_carrier, any(c.by_service) AS by_service, any(c.by_lane) AS by_lane, any(c.by_origin) AS by_origin, any(c.by_destination) AS by_destination,
            any(c.by_month) AS by_month, any(c.by_week) AS by_week, any(c.by_day) AS by_day,
            arrayDistinct(arrayFilter(x -> x != '', [toString(any(c.ending)), if(max(c.is_damage), 'damaged', '')])) AS endings,
            argMax(c.party, c.opened_at) AS party
        FROM cases AS c
        GROUP BY c.carrier, c.tracking_number, c.epoch
    ),
    counted AS
    (
        SELECT by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day,
            endings, party, count() AS parcels, sum(parcels) OVER (PARTITION BY by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day) AS troubled
        FROM troubled
        GROUP BY by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day, endings, party
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
            count() AS shipments
        FROM parcels AS p
        GROUP BY by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day
    )
SELECT
    arrayJoin(if(has(groups, 'ending'), c.endings, [''])) AS ending,
    if(has(groups, 'party'), c.party, '') AS party,
    by_carrier AS carrier,
    by_service AS service,
    by_lane AS lane,
    by_origin AS origin,
    by_destination AS destination,
    by_month AS month,
    by_week AS week,
    by_day AS day,
    sum(c.parcels) AS parcels,
    any(s.shipments) AS shipments,
    round(parcels / shipments, 4) AS share_of_shipments,
    any(c.troubled) AS troubled,
    round(parcels / troubled, 4) AS share_of_troubled
FROM counted AS c
INNER JOIN sizes AS s USING (by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day)
WHERE notEmpty(c.endings)
GROUP BY ending, party, by_carrier, by_service, by_lane, by_origin, by_destination, by_month, by_week, by_day
ORDER BY month, week, day, parcels DESC, ending, party, carrier, service, lane, origin, destination
-- The parcels are the larger side by far; the planner, which does not know that, would build its table of them.
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, query_plan_join_swap_table = 'false';
