-- What went wrong up to as_of, how often, and how long it took to be put right; closed after as_of is open.
-- Date basis: arrival of the registration, up to as_of. What is known now counts. Denominator of per_1000: all parcels of the same carrier, service, lane and week; of share: all exceptions.
-- By: code, party, carrier, service, lane, week. Default: code, party.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['code', 'party']" --queries-file exceptions.sql
WITH
    {by:Array(String)} AS groups,
    parcels AS
    (
        SELECT
            if(has(groups, 'carrier'), r.carrier, '') AS by_carrier,
            if(has(groups, 'service'), r.service, '') AS by_service,
            if(has(groups, 'lane'), r.lane, '') AS by_lane,
            if(has(groups, 'week'), formatDateTime(r.registered_at, '%G-W%V'), '') AS by_week,
            r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND (r.tenant, r.registration_id, r.epoch) NOT IN (SELECT tenant, registration_id, epoch FROM registrations_moved)
            AND r.registered_at >= {since:DateTime64(3, 'UTC')}
            AND r.registered_at < {until:DateTime64(3, 'UTC')}
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
    ),
    sizes AS
    (
        SELECT by_carrier, by_service, by_lane, by_week, count() AS shipments
        FROM parcels
        GROUP BY by_carrier, by_service, by_lane, by_week
    ),
    episodes AS
    (
        SELECT
            p.by_carrier AS by_carrier, p.by_service AS by_service, p.by_lane AS by_lane, p.by_week AS by_week,
            if(has(groups, 'code'), e.code, '') AS by_code,
            if(has(groups, 'party'), e.party, '') AS by_party,
            (p.carrier, p.tracking_number, p.epoch) AS parcel,
            e.opened_at AS opened_at, if(e.closed_at > {as_of:DateTime64(3, 'UTC')}, NULL, e.closed_at) AS closed_at
        FROM parcels AS p
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE e.version >= p.version -- an older row is of an episode that a correction took away
            AND e.opened_at <= {as_of:DateTime64(3, 'UTC')}
    )
SELECT
    e.by_code AS code,
    e.by_party AS party,
    e.by_carrier AS carrier,
    e.by_service AS service,
    e.by_lane AS lane,
    e.by_week AS week,
    count() AS exceptions,
    uniqExact(e.parcel) AS parcels,
    any(s.shipments) AS shipments,
    round(1000 * exceptions / shipments, 2) AS per_1000,
    round(exceptions / sum(exceptions) OVER (), 4) AS share,
    countIf(isNull(e.closed_at)) AS open,
    if(open = 0, NULL, round(quantileExactInclusiveIf(0.5)(dateDiff('millisecond', e.opened_at, {as_of:DateTime64(3, 'UTC')}) / 86400000,
        isNull(e.closed_at)), 2)) AS open_p50_days,
    if(open = exceptions, NULL, round(quantileExactInclusiveIf(0.5)(dateDiff('millisecond', e.opened_at, ifNull(e.closed_at, e.opened_at)) / 3600000,
        isNotNull(e.closed_at)), 2)) AS resolution_p50_hours,
    if(open = exceptions, NULL, round(quantileExactInclusiveIf(0.95)(dateDiff('millisecond', e.opened_at, ifNull(e.closed_at, e.opened_at)) / 3600000,
        isNotNull(e.closed_at)), 2)) AS resolution_p95_hours
FROM episodes AS e
INNER JOIN sizes AS s USING (by_carrier, by_service, by_lane, by_week)
GROUP BY code, party, carrier, service, lane, week
ORDER BY week, exceptions DESC, code, party, carrier, service, lane
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
