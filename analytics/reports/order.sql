-- All parcels that a tenant registered under one reference: is everything there? In sum, complete says so: every parcel is delivered.
-- Date basis: none, all parcels of the reference that were registered by as_of; delivered or ended after as_of is open. Status, ETA and exceptions are as now. Counts, no rate.
-- By: tenant, carrier, tracking_number. Default: tenant, carrier, tracking_number.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_reference 1234 --param_as_of "2026-01-01 00:00:00" --param_by "['tenant', 'carrier', 'tracking_number']" --queries-file order.sql
WITH
    -- of several registrations of one parcel the active one that came last, else the last; what follows nothing shows nothing of the parcel (R2, R8)
    parcels AS
    (
        SELECT
            tenant, carrier, tracking_number,
            state NOT IN ('do_not_track', 'refused') AS follows,
            follows AND ifNull(delivered_at <= {as_of:DateTime64(3, 'UTC')}, false) AS is_delivered,
            follows AND NOT is_delivered AND ifNull(ended_at <= {as_of:DateTime64(3, 'UTC')}, false) AS is_ended,
            follows AND NOT is_delivered AND NOT is_ended AS is_open,
            multiIf(NOT follows, state, shown_status = '', status, shown_status) AS shown,
            multiIf(is_delivered, outcome, is_open, 'open', '') AS outcome_by_then,
            if(follows, promise_date, promised_date) AS promise,
            if(is_open, coalesce(eta_date, toDate32(eta_at)), NULL) AS eta,
            if(is_delivered, delivered_at, NULL) AS delivered_then,
            if(is_open, open_exceptions, 0) AS exceptions,
            if(is_open, if(isNull(promise_at),
                toFloat64(dateDiff('day', promise_date, toDate32({as_of:DateTime64(3, 'UTC')}))),
                dateDiff('millisecond', promise_at, {as_of:DateTime64(3, 'UTC')}) / 86400000), NULL) AS days
        FROM registrations
        WHERE reference = {reference:String}
            AND ({tenant:String} = '' OR tenant = {tenant:String})
            AND state != 'moved'
            AND registered_at <= {as_of:DateTime64(3, 'UTC')}
        ORDER BY state = 'active' DESC, registered_at DESC, registration_id DESC
        LIMIT 1 BY tenant, carrier, tracking_number, epoch
    )
SELECT
    if(has({by:Array(String)}, 'tenant'), p.tenant, '') AS tenant,
    if(has({by:Array(String)}, 'carrier'), p.carrier, '') AS carrier,
    if(has({by:Array(String)}, 'tracking_number'), p.tracking_number, '') AS tracking_number,
    count() AS parcels,
    countIf(p.is_delivered) AS delivered,
    countIf(p.is_open) AS open,
    countIf(p.is_ended) AS ended_otherwise,
    countIf(NOT p.follows) AS not_followed,
    toBool(delivered = parcels) AS complete,
    arrayStringConcat(arraySort(groupUniqArray(p.shown)), ' ') AS status,
    arrayStringConcat(arraySort(groupUniqArrayIf(p.outcome_by_then, p.outcome_by_then != '')), ' ') AS outcome,
    max(p.promise) AS promise_date,
    max(p.eta) AS eta_date,
    min(p.delivered_then) AS first_delivered_at,
    max(p.delivered_then) AS last_delivered_at,
    sum(p.exceptions) AS open_exceptions,
    round(max(if(p.days > 0, p.days, NULL)), 2) AS days_overdue
FROM parcels AS p
GROUP BY tenant, carrier, tracking_number WITH TOTALS
ORDER BY tenant, carrier, tracking_number
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
