-- Everything on one parcel, in the order of time: registrations, events, decisions, exceptions, ETA changes, webhooks; first how it stands.
-- Date basis: all there is; events by occurrence, the rest by when it was noticed. A tenant sees their own registrations, webhooks and derived events, and no decisions.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_carrier "" --param_tracking_number 1234 --queries-file shipment.sql
WITH
    lives AS
    (
        SELECT carrier, epoch, version
        FROM shipments
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
    ),
    followed AS
    (
        SELECT carrier, epoch
        FROM registrations
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String}) AND tenant = {tenant:String}
    )
SELECT carrier, epoch, at, kind, what, detail, who
FROM
(
    SELECT carrier, epoch, updated_at AS at, 'shipment' AS kind, 0 AS rank, code AS what,
        concat(status, ', ', toString(events), ' events', if(attempts > 0, concat(', ', toString(attempts), ' failed attempts'), ''),
            if(isNull(delivered_at), '', concat(', delivered ', if(delivered_local = '', toString(delivered_at), delivered_local))),
            if(isNull(eta_date) AND isNull(eta_at), '', concat(', ETA ', ifNull(toString(eta_date), toString(eta_at)))),
            if(closed, ', closed', '')) AS detail,
        '' AS who
    FROM shipments
    WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        AND ({tenant:String} = '' OR (carrier, epoch) IN (SELECT carrier, epoch FROM followed))
    UNION ALL
    SELECT carrier, epoch, registered_at, 'registration', 1, state,
        concat(if(isNull(promise_date), 'no promise', concat('promise ', ifNull(toString(promise_at), toString(promise_date)))), ', ', outcome,
            if(isNull(delay_days), '', concat(' by ', toString(round(delay_days, 2)), ' days')),
            if(reference = '', '', concat(', reference ', reference)), ', until ', toString(expires_at)),
        tenant
    FROM registrations
    WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        AND ({tenant:String} = '' OR tenant = {tenant:String})
    UNION ALL
    SELECT carrier, epoch, occurred_at, if(type = 'tracking.event', 'event', type), 2, code,
        concat(status, if(occurred_local = '', '', concat(', local ', occurred_local)),
            if(decision IN ('', 'accepted'), '', concat(', ', decision)),
            if(location_city = '' AND location_country = '', '', concat(', ', trimBoth(concat(location_city, ' ', location_country)))),
            if(description = '', '', concat(': ', description))),
        source
    FROM tracking_events
    WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        AND ({tenant:String} = '' OR (carrier, epoch) IN (SELECT carrier, epoch FROM followed))
        AND ({tenant:String} = '' OR tenant IN ('', {tenant:String}))
    UNION ALL
    SELECT carrier, epoch, decided_at, 'decision', 3, decision,
        concat(rule, if(reason = '', '', concat(': ', reason)), if(code = '', '', concat(', ', code)), if(empty(warnings), '', concat(', ', arrayStringConcat(warnings, ' '))),
            ', from ', source_topic, '/', toString(source_partition), '@', toString(source_offset)),
        source
    FROM decisions
    WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        AND {tenant:String} = ''
    UNION ALL
    SELECT e.carrier, e.epoch, e.opened_at, 'exception', 4, e.code,
        if(isNull(e.closed_at), 'open', concat('closed ', toString(e.closed_at), ' by ', e.closing_code)), e.party
    FROM exception_episodes AS e INNER JOIN lives AS l USING (carrier, epoch)
    WHERE e.tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR e.carrier = {carrier:String})
        AND ({tenant:String} = '' OR (e.carrier, e.epoch) IN (SELECT carrier, epoch FROM followed))
        AND e.version >= l.version
    UNION ALL
    SELECT c.carrier, c.epoch, c.changed_at, 'eta', 5, coalesce(toString(c.to_date), toString(c.to_at), 'none'),
        concat('was ', coalesce(toString(c.from_date), toString(c.from_at), 'none'), if(c.reason = '', '', concat(': ', c.reason))), c.source
    FROM eta_changes AS c INNER JOIN lives AS l USING (carrier, epoch)
    WHERE c.tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR c.carrier = {carrier:String})
        AND ({tenant:String} = '' OR (c.carrier, c.epoch) IN (SELECT carrier, epoch FROM followed))
        AND c.version >= l.version
    UNION ALL
    SELECT carrier, epoch, started_at, 'webhook', 6, outcome,
        concat(type, ', attempt ', toString(attempt), if(status_code = 0, '', concat(', HTTP ', toString(status_code))), if(reason = '', '', concat(', ', reason))),
        endpoint_id
    FROM webhook_attempts
    WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        AND ({tenant:String} = '' OR tenant = {tenant:String})
    UNION ALL
    SELECT carrier, epoch, created_at, 'webhook', 6, 'waiting', concat(type, ', sequence ', toString(sequence), ', not tried yet'), endpoint_id
    FROM webhooks
    WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        AND ({tenant:String} = '' OR tenant = {tenant:String})
        AND job_id NOT IN (SELECT job_id FROM webhook_attempts WHERE tracking_number = {tracking_number:String})
)
ORDER BY carrier, epoch, rank = 0 DESC, at, rank, what
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
