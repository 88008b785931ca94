-- Everything on one parcel, in the order of time: registrations, events, decisions, exceptions, who took them in hand, ETA changes, webhooks; first how it stands.
-- Date basis: all there is; events by occurrence, the rest by when it was noticed. A tenant sees of the carrier's side what its registrations may see (R5), and of the rest its own.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_carrier "" --param_tracking_number 1234 --queries-file shipment.sql
WITH
    -- of each life: its revision, what the tenant may see of it, and of which events is known when they were over
    lives AS
    (
        SELECT carrier, epoch, max(version) AS version, max(sees_all) AS sees_all, groupArrayArray(sees_ids) AS sees_ids, max(sees_from) AS sees_from,
            groupArrayIf((event_id, over_at), event_id != '') AS known
        FROM
        (
            SELECT carrier, epoch, version, false AS sees_all, CAST([], 'Array(String)') AS sees_ids, CAST(NULL, 'Nullable(DateTime64(3, \'UTC\'))') AS sees_from,
                '' AS event_id, toDateTime64(0, 3, 'UTC') AS over_at
            FROM shipments
            WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            UNION ALL
            SELECT carrier, epoch, 0, sees_all, sees_ids, sees_from, '', toDateTime64(0, 3, 'UTC')
            FROM tenant_lives
            WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
                AND {tenant:String} != '' AND tenant = {tenant:String}
            UNION ALL
            SELECT carrier, epoch, 0, false, [], NULL, event_id, over_at
            FROM tracking_events
            WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
                AND {tenant:String} != '' AND type = 'tracking.event'
        )
        GROUP BY carrier, epoch
    ),
    -- lives of which the tenant has had erased what is said of persons, and is not shown it (P1)
    hushed AS
    (
        SELECT carrier, since AS epoch
        FROM erasures
        WHERE tracking_number = {tracking_number:String} AND {tenant:String} != '' AND tenant = {tenant:String}
    ),
    -- all there is, with whose it is (empty: the carrier's side), of which event it came and its own time, and, where it hangs
    -- on the shipment, the revision that wrote it
    things AS
    (
        SELECT carrier, epoch, updated_at AS at, 'shipment' AS kind, 0 AS rank, code AS what,
            concat(status, ', ', toString(events), ' events', if(attempts > 0, concat(', ', toString(attempts), ' failed attempts'), ''),
                if(isNull(delivered_at), '', concat(', delivered ', if(delivered_local = '', toString(delivered_at), delivered_local))),
                if(isNull(eta_date) AND isNull(eta_at), '', concat(', ETA ', ifNull(toString(eta_date), toString(eta_at)))),
                if(closed, ', closed', '')) AS detail,
            '' AS who, '' AS whose, '' AS cause, at AS own_at, 0 AS revision
        FROM shipments
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND {tenant:String} = ''
        UNION ALL
        -- to a tenant a parcel stands as to its registration that came last, an active one first
        SELECT carrier, epoch, updated_at, 'shipment', 0, if(shown_status = '', code, shown_code),
            concat(if(shown_status = '', status, shown_status),
                if(state IN ('do_not_track', 'refused'), '', concat(
                    if(isNull(delivered_at), '', concat(', delivered ', if(delivered_local = '', toString(delivered_at), delivered_local))),
                    if(isNull(eta_date) AND isNull(eta_at), '', concat(', ETA ', ifNull(toString(eta_date), toString(eta_at))))))),
            '', tenant, '', updated_at, 0
        FROM registrations
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND {tenant:String} != '' AND tenant = {tenant:String}
        ORDER BY state = 'active' DESC, registered_at DESC, registration_id DESC
        LIMIT 1 BY carrier, epoch
        UNION ALL
        SELECT carrier, epoch, registered_at, 'registration', 1, state,
            concat(if(state IN ('do_not_track', 'refused'), 'follows nothing', -- and says nothing of what others follow
                    concat(if(isNull(promise_date), 'no promise', concat('promise ', ifNull(toString(promise_at), toString(promise_date)))), ', ', outcome,
                        if(isNull(delay_days), '', concat(' by ', toString(round(delay_days, 2)), ' days')))),
                if(reference = '', '', concat(', reference ', reference)), ', until ', toString(expires_at),
                if(reason = '', '', concat(', for ', reason)), if(actor = '', '', concat(', by ', actor))),
            tenant, tenant, '', registered_at, 0
        FROM registrations
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND ({tenant:String} = '' OR tenant = {tenant:String})
        UNION ALL
        SELECT carrier, epoch, occurred_at, if(type = 'tracking.event', 'event', type), 2, code,
            concat(status, if(occurred_local = '', '', concat(', local ', occurred_local)),
                if(decision IN ('', 'accepted'), '', concat(', ', decision)),
                if((location_city = '' AND location_country = '') OR (carrier, epoch) IN (SELECT carrier, epoch FROM hushed), '',
                    concat(', ', trimBoth(concat(location_city, ' ', location_country)))),
                if(description = '' OR (carrier, epoch) IN (SELECT carrier, epoch FROM hushed), '', concat(': ', description))),
            if(actor = '', source, actor), tenant,
            multiIf(type = 'tracking.event', event_id, evidence['opening_event_id'] != '', evidence['opening_event_id'],
                evidence['causing_event_id'] != '', evidence['causing_event_id'], event_id), occurred_at, 0
        FROM tracking_events
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND ({tenant:String} = '' OR type != 'tracking.erased')
        UNION ALL
        SELECT carrier, epoch, decided_at, 'decision', 3, decision,
            concat(rule, if(reason = '', '', concat(': ', reason)), if(code = '', '', concat(', ', code)), if(empty(warnings), '', concat(', ', arrayStringConcat(warnings, ' '))),
                ', from ', source_topic, '/', toString(source_partition), '@', toString(source_offset)),
            source, '', event_id, occurred_at, 0
        FROM decisions
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        UNION ALL
        SELECT carrier, epoch, opened_at, 'exception', 4, code,
            if(isNull(closed_at), 'open', concat('closed ', toString(closed_at), ' by ', closing_code)), party, '', opening_event_id, opened_at, version
        FROM exception_episodes
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        UNION ALL
        SELECT carrier, epoch, acknowledged_at, 'acknowledgement', 5, opening_event_id, concat('taken in hand', if(actor = '', '', concat(' by ', actor))),
            tenant, tenant, '', acknowledged_at, version
        FROM acknowledgements
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND ({tenant:String} = '' OR tenant = {tenant:String})
        UNION ALL
        SELECT carrier, epoch, changed_at, 'eta', 6, coalesce(toString(to_date), toString(to_at), 'none'),
            concat('was ', coalesce(toString(from_date), toString(from_at), 'none'), 
                if(reason = '' OR (carrier, epoch) IN (SELECT carrier, epoch FROM hushed), '', concat(': ', reason))), source, '', causing_event_id, changed_at, version
        FROM eta_changes
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
        UNION ALL
        SELECT carrier, epoch, started_at, 'webhook', 7, outcome,
            concat(type, ', attempt ', toString(attempt), if(trigger = 'event', '', concat(', ', trigger)),
                if(status_code = 0, '', concat(', HTTP ', toString(status_code))), if(reason = '', '', concat(', ', reason)),
                if(isNull(next_attempt_at), '', concat(', again ', toString(next_attempt_at)))),
            endpoint_id, tenant, '', started_at, 0
        FROM webhook_attempts
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND ({tenant:String} = '' OR tenant = {tenant:String})
        UNION ALL
        SELECT carrier, epoch, created_at, 'webhook', 7, 'waiting', concat(type, ', sequence ', toString(sequence), ', not tried yet'), endpoint_id, tenant, '', created_at, 0
        FROM webhooks
        WHERE tracking_number = {tracking_number:String} AND ({carrier:String} = '' OR carrier = {carrier:String})
            AND ({tenant:String} = '' OR tenant = {tenant:String})
            AND job_id NOT IN (SELECT job_id FROM webhook_attempts WHERE tracking_number = {tracking_number:String})
    )
SELECT t.carrier AS carrier, t.epoch AS epoch, t.at AS at, t.kind AS kind, t.what AS what, t.detail AS detail, t.who AS who
FROM things AS t
LEFT JOIN lives AS l USING (carrier, epoch)
WHERE (t.revision = 0 OR (l.version > 0 AND t.revision >= l.version)) -- an older one is of what a correction took away
    -- R5, as in the views tenant_*: it is shown as the event is that it came of; where that is not known, its own time decides
    AND ({tenant:String} = '' OR t.whose = {tenant:String} OR (t.whose = '' AND (l.sees_all OR has(l.sees_ids, t.cause)
        OR if(arrayExists(k -> k.1 = t.cause, l.known), arrayFirst(k -> k.1 = t.cause, l.known).2, toStartOfSecond(t.own_at) + toIntervalSecond(1)) > l.sees_from)))
ORDER BY carrier, epoch, t.rank = 0 DESC, at, t.rank, what, kind, who, detail
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
