-- How long exceptions take until they are taken in hand and until they are resolved, how old the open ones are, and how many end without a return, up to as_of.
-- Date basis: when the exception was opened, or the arrival of the registration, up to as_of; closed later is open. What is known now counts. An exception is resolved when it is closed (D6); percentiles of resolution are over those, of open ones apart. share_without_return: of the resolved, those that no return and no failure closed and whose parcel is neither returning, returned nor failed. ack: of the acknowledged; over all tenants the first of them. For one tenant, what it sees (R5).
-- By: code, party, severity, carrier, service, lane, origin, destination, month, week, day. Default: code, party.
-- Dates: opened, registered.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['code', 'party']" --param_dates opened --queries-file exception-resolution.sql
WITH
    {by:Array(String)} AS groups,
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch, r.version AS version, r.registered_at AS registered_at,
            r.service AS service, r.lane AS lane, r.origin_country AS origin, r.destination_country AS destination,
            ifNull(r.status_at <= {as_of:DateTime64(3, 'UTC')}, false) AND r.status IN ('RETURNING', 'RETURNED', 'FAILED') AS is_lost_or_back
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
    ),
    episodes AS
    (
        SELECT
            p.carrier AS carrier, p.service AS service, p.lane AS lane, p.origin AS origin, p.destination AS destination, p.version AS version,
            p.tracking_number AS tracking_number, p.epoch AS epoch, e.opening_event_id AS opening_event_id,
            e.code AS code, e.party AS party, e.severity AS severity, e.opened_at AS opened_at, e.acknowledged_at AS acknowledged_at,
            ifNull(e.closed_at <= {as_of:DateTime64(3, 'UTC')}, false) AS is_resolved,
            dateDiff('millisecond', e.opened_at, if(is_resolved, assumeNotNull(e.closed_at), {as_of:DateTime64(3, 'UTC')})) / 3600000 AS hours,
            NOT p.is_lost_or_back AND NOT match(e.closing_code, '^(returning|returned|failed)\\.') AS is_without_return,
            if({dates:String} = 'opened', e.opened_at, p.registered_at) AS at
        FROM parcels AS p
        INNER JOIN exception_episodes AS e USING (carrier, tracking_number, epoch)
        WHERE e.version >= p.version -- an older row is of an episode that a correction took away
            AND e.opened_at <= {as_of:DateTime64(3, 'UTC')}
            AND at >= {since:DateTime64(3, 'UTC')}
            AND at < {until:DateTime64(3, 'UTC')}
            AND ({tenant:String} = '' OR (e.carrier, e.tracking_number, e.epoch, e.opening_event_id) IN -- R5
                (SELECT carrier, tracking_number, epoch, opening_event_id FROM tenant_exceptions WHERE tenant = {tenant:String}))
    ),
    -- a tenant sees when it took an exception in hand itself (R10)
    own AS
    (
        SELECT carrier, tracking_number, epoch, opening_event_id, min(toNullable(acknowledged_at)) AS first_at, max(version) AS version
        FROM acknowledgements
        WHERE tenant = {tenant:String} AND {tenant:String} != ''
        GROUP BY carrier, tracking_number, epoch, opening_event_id
    ),
    cases AS
    (
        SELECT
            e.*,
            if({tenant:String} = '', e.acknowledged_at, if(o.version >= e.version, o.first_at, NULL)) AS taken_at,
            ifNull(taken_at <= {as_of:DateTime64(3, 'UTC')}, false) AS is_taken,
            dateDiff('millisecond', e.opened_at, ifNull(taken_at, e.opened_at)) / 3600000 AS hours_to_ack
        FROM episodes AS e
        LEFT JOIN own AS o USING (carrier, tracking_number, epoch, opening_event_id)
    )
SELECT
    if(has(groups, 'code'), c.code, '') AS code,
    if(has(groups, 'party'), c.party, '') AS party,
    if(has(groups, 'severity'), multiIf(c.severity = 0, 'information', c.severity = 1, 'watch', 'act'), '') AS severity,
    if(has(groups, 'carrier'), c.carrier, '') AS carrier,
    if(has(groups, 'service'), c.service, '') AS service,
    if(has(groups, 'lane'), c.lane, '') AS lane,
    if(has(groups, 'origin'), c.origin, '') AS origin,
    if(has(groups, 'destination'), c.destination, '') AS destination,
    if(has(groups, 'month'), formatDateTime(c.at, '%Y-%m'), '') AS month,
    if(has(groups, 'week'), formatDateTime(c.at, '%G-W%V'), '') AS week,
    if(has(groups, 'day'), formatDateTime(c.at, '%Y-%m-%d'), '') AS day,
    count() AS exceptions,
    countIf(c.is_resolved) AS resolved,
    if(resolved = 0, NULL, round(quantileExactInclusiveIf(0.5)(c.hours, c.is_resolved), 2)) AS p50_hours,
    if(resolved = 0, NULL, round(quantileExactInclusiveIf(0.9)(c.hours, c.is_resolved), 2)) AS p90_hours,
    if(resolved = 0, NULL, round(quantileExactInclusiveIf(0.95)(c.hours, c.is_resolved), 2)) AS p95_hours,
    if(resolved = 0, NULL, round(countIf(c.is_resolved AND c.is_without_return) / resolved, 4)) AS share_without_return,
    exceptions - resolved AS open,
    if(open = 0, NULL, round(quantileExactInclusiveIf(0.5)(c.hours, NOT c.is_resolved), 2)) AS open_p50_hours,
    if(open = 0, NULL, round(maxIf(c.hours, NOT c.is_resolved), 2)) AS open_max_hours,
    countIf(c.is_taken) AS acknowledged,
    if(acknowledged = 0, NULL, round(quantileExactInclusiveIf(0.5)(c.hours_to_ack, c.is_taken), 2)) AS ack_p50_hours,
    if(acknowledged = 0, NULL, round(quantileExactInclusiveIf(0.95)(c.hours_to_ack, c.is_taken), 2)) AS ack_p95_hours
FROM cases AS c
GROUP BY code, party, severity, carrier, service, lane, origin, destination, month, week, day WITH TOTALS
ORDER BY month, week, day, exceptions DESC, code, party, severity, carrier, service, lane, origin, destination
-- The parcels are the larger side by far; the planner, which does not know that, would build its table of them.
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1, query_plan_join_swap_table = 'false';
