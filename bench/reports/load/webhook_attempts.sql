-- Two fifths of the tenants have an endpoint, which wants each fourth scan. Of the first attempts 8 % fail, and half of
-- those again; one endpoint in fifty is dead.
INSERT INTO webhook_attempts
(
    tenant, endpoint_id, job_id, attempt, carrier, tracking_number, epoch, registration_id, type, sequence, trigger, manual_at, outcome, reason,
    status_code, started_at, dns_us, connect_us, tls_us, first_byte_us, total_us, created_at, next_attempt_at, version
)
WITH
{{template "parcels.sql"}},
    cityHash64({seed:UInt64}, n, i, 'try') / pow(2, 64) AS u_try,
    t % 50 = 10 AS is_dead
SELECT
    tenant, concat('ep_', toString(t)), job_id, attempt, carrier, tracking_number, epoch, registration_id, 'tracking.status_changed', intDiv(i, 4) + 1,
    'event', toDateTime64(0, 3, 'UTC'), multiIf(attempt < needed, 'failed', is_dead, 'expired', 'delivered') AS outcome,
    if(outcome = 'delivered', '', if(n % 3 = 0, 'timeout', 'http_status')), multiIf(outcome = 'delivered', 200, n % 3 = 0, 0, 503),
    least(until, addMilliseconds(webhook_at, 15 + toInt64(pow(8, attempt) - 8) * 1000)) AS started,
    if(attempt = 1, 700, 0), 1200, 2500, 9000 + n % 40000, 9500 + n % 41000, webhook_at,
    if(outcome = 'failed', addSeconds(started, toInt64(7 * pow(8, attempt))), NULL), 1
FROM
(
    SELECT *, multiIf(is_dead, 8, u_try < 0.02, 4, u_try < 0.04, 3, u_try < 0.08, 2, 1) AS needed
    FROM scans
    WHERE makes_webhook
)
ARRAY JOIN range(1, needed + 1) AS attempt;
