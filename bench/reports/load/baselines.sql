-- One version of the baselines, as many levels and statuses as ten million parcels on these lanes give.
INSERT INTO baselines
(
    baseline_version, level, rows, carrier, service, origin_country, destination_country, status,
    samples, gap_p50_s, gap_p95_s, parcels, remaining_s, built_at, version
)
WITH
    lanes AS
    (
        SELECT
            arrayJoin(['ups', 'usps', 'fedex', 'royal-mail', 'dhl-germany', 'la-poste', 'postnl', 'correios', 'canada-post', 'bpost', 'japan-post', 'china-post']) AS carrier,
            arrayJoin(['', 'express', 'standard', 'economy']) AS service,
            arrayJoin(['', 'US', 'GB', 'DE', 'FR', 'ES', 'IT', 'PL', 'BR', 'CA', 'AU', 'JP', 'MX', 'NL', 'BE', 'CN']) AS destination_country,
            arrayJoin(['INFO_RECEIVED', 'IN_TRANSIT', 'EXCEPTION', 'OUT_FOR_DELIVERY', 'ATTEMPT_FAILED', 'AVAILABLE_FOR_PICKUP', 'RETURNING']) AS status
    ),
    rows AS
    (
        SELECT multiIf(destination_country != '', 'countries', service != '', 'service', 'carrier') AS level, *, 3600 * (10 + cityHash64(carrier, service, status) % 20) AS gap_s
        FROM lanes
        WHERE destination_country = '' OR service != ''
    )
SELECT
    {until:String}, level, 0, carrier, service,
    if(level = 'countries', transform(carrier, ['royal-mail', 'dhl-germany', 'la-poste', 'postnl', 'correios', 'canada-post', 'bpost', 'japan-post', 'china-post'],
        ['GB', 'DE', 'FR', 'NL', 'BR', 'CA', 'BE', 'JP', 'CN'], 'US'), '') AS origin_country,
    destination_country, status, 1000, gap_s, 3 * gap_s, 1000, arrayMap(step -> step * gap_s / 4, range(21)), toDateTime64({until:String}, 3, 'UTC'), 1
FROM rows
UNION ALL
SELECT {until:String}, 'manifest', count(), '', '', '', '', '', 0, 0, 0, 0, [], toDateTime64({until:String}, 3, 'UTC'), 1
FROM rows;
