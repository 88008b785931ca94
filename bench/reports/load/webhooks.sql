-- The webhooks of the last 35 days: the table keeps no others.
INSERT INTO webhooks
(
    tenant, source_partition, source_offset, endpoint_id, job_id, carrier, tracking_number, epoch, registration_id, cause, sequence, revision, type, types,
    body, trigger, created_at, arrived_at, version
)
WITH
{{template "parcels.sql"}}
SELECT
    tenant, n % 64, 4 * intDiv(n, 64) + intDiv(i, 4), concat('ep_', toString(t)), job_id, carrier, tracking_number, epoch, registration_id,
    event_id, intDiv(i, 4) + 1, i + 1, 'tracking.status_changed', ['tracking.status_changed'],
    concat('{"id":"', job_id, '","type":"tracking.status_changed","created_at":"', toString(webhook_at), '","data":{"carrier":"', carrier, '","tracking_number":"',
        tracking_number, '","epoch":"', toString(epoch), '","code":"', code_of_scan, '","service":"', service, '","origin":"', home, '","destination":"', destination_country,
        '","promised":"', ifNull(toString(promised_date), ''), '","history":', toJSONString(arrayMap(s -> (s.1, toString(addSeconds(start_at, s.2))), arraySlice(known, 1, i))), '}}'),
    'event', webhook_at, webhook_at, 1
FROM scans
WHERE makes_webhook AND webhook_at > until - toIntervalDay(35);
