-- Which parcels were past their promise and neither delivered nor otherwise ended at a moment, as_of, and for how long.
-- Date basis: arrival of the registration; a promised day is over at midnight UTC. What is known now counts, and status and last_event_at are as now. Counts, no rate.
-- By: age, carrier, service, lane, status. Without any: the list of parcels, oldest first. Default: none.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "[]" --param_limit 1000 --queries-file overdue.sql
WITH
    {by:Array(String)} AS groups,
    parcels AS
    (
        SELECT
            r.carrier AS carrier, r.service AS service, r.lane AS lane, r.status AS status, r.tracking_number AS tracking_number,
            r.epoch AS epoch, r.reference AS reference, r.promise_date AS promise_date, r.last_event_at AS last_event_at,
            if(isNull(r.promise_at),
                toFloat64(dateDiff('day', r.promise_date, toDate32({as_of:DateTime64(3, 'UTC')}))),
                dateDiff('millisecond', r.promise_at, {as_of:DateTime64(3, 'UTC')}) / 86400000) AS days
        FROM registrations AS r
        WHERE (({tenant:String} = '' AND r.first_of_parcel) OR (r.tenant = {tenant:String} AND r.first_of_tenant))
            AND r.registered_at >= {since:DateTime64(3, 'UTC')}
            AND r.registered_at < {until:DateTime64(3, 'UTC')}
            AND r.registered_at <= {as_of:DateTime64(3, 'UTC')}
            AND (isNull(r.ended_at) OR r.ended_at > {as_of:DateTime64(3, 'UTC')})
            AND days > 0
    )
SELECT
    if(empty(groups) OR has(groups, 'age'), multiIf(p.days <= 1, 'up to 1 day', p.days <= 3, '1 to 3 days', p.days <= 7, '3 to 7 days',
        p.days <= 14, '7 to 14 days', p.days <= 30, '14 to 30 days', 'over 30 days'), '') AS age,
    if(empty(groups) OR has(groups, 'carrier'), p.carrier, '') AS carrier,
    if(empty(groups) OR has(groups, 'service'), p.service, '') AS service,
    if(empty(groups) OR has(groups, 'lane'), p.lane, '') AS lane,
    if(empty(groups) OR has(groups, 'status'), p.status, '') AS status,
    if(empty(groups), p.tracking_number, '') AS tracking_number,
    if(empty(groups), p.reference, '') AS reference,
    min(p.promise_date) AS promise_date,
    max(p.last_event_at) AS last_event_at,
    round(max(p.days), 2) AS days_overdue,
    count() AS parcels
FROM parcels AS p
GROUP BY age, carrier, service, lane, status, tracking_number, reference, if(empty(groups), p.epoch, NULL) WITH TOTALS
ORDER BY days_overdue DESC, carrier, tracking_number
LIMIT {limit:UInt64}
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
