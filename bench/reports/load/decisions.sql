-- One row a raw event: each scan, 8 % of them twice or more often. A few are from the future, a few have a code that no map knows.
INSERT INTO decisions
(
    carrier, tracking_number, epoch, source_topic, source_partition, source_offset, decision, rule, reason, warnings, event_id, other_event_id,
    source, code, raw_code, occurred_at, received_at, arrived_at, decided_at, version
)
WITH
{{template "parcels.sql"}},
    cityHash64({seed:UInt64}, n, i, 'decision') / pow(2, 64) AS u_decision,
    cityHash64({seed:UInt64}, n, i, 'lag') / pow(2, 64) AS u_lag,
    least(until, addSeconds(exactly, 40 * copy + if(u_lag < 0.02, 7200 + toInt64(10000000 * u_lag), 20 + toInt64(lag_s * (0.3 + 3 * pow(u_lag, 4)))))) AS received
SELECT
    carrier, tracking_number, epoch, 'carrier-events', n % 64, 64 * intDiv(n, 64) + 4 * i + copy,
    multiIf(copy > 0, 'duplicate', u_lag < 0.02, 'late', u_decision < 0.005, 'outdated', u_decision < 0.012, 'revision', 'accepted') AS decided,
    multiIf(copy > 0, 'I4', u_lag < 0.02, 'O7', u_decision < 0.012, 'I5', 'O6'),
    multiIf(copy > 0, 'The same event with the same content was known already.', decided = 'late', 'It came after a later one; it entered the history.',
        concat('It is the newest event; the status is now ', transform(code_of_scan, {codes:Array(String)}, {statuses:Array(String)}, ''), '.')),
    if(u_decision > 0.992, ['unmapped'], []), event_id,
    if(i = 1 AND copy = 0, '', lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, n, i - (copy = 0)))))),
    source, code_of_scan, concat(upper(left(carrier, 2)), '_', toString(cityHash64(code_of_scan, c) % 1000)),
    if(u_decision > 0.999, addHours(exactly, 9), exactly), received, addMilliseconds(received, 30 + n % 70), addMilliseconds(received, 2030 + n % 70), 3 - {older:UInt8}
FROM scans
ARRAY JOIN range(if(cityHash64({seed:UInt64}, n, i, 'copy') % 100 < 8, 2 + n % 3, 1)) AS copy;
