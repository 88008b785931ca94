-- One row for each exception and for each attempt that failed. A hundredth was taken away by a correction since.
INSERT INTO exception_episodes
(
    carrier, tracking_number, epoch, opening_event_id, opened_at, closed_at, code, party, severity, closing_event_id, closing_code, version
)
WITH
{{template "parcels.sql"}},
    i < length(known) AS is_closed
SELECT
    carrier, tracking_number, epoch, event_id, exactly, if(is_closed, addSeconds(start_at, known[i + 1].2), NULL), code_of_scan,
    transform(code_of_scan, {codes:Array(String)}, {parties:Array(String)}, ''), 2,
    if(is_closed, lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, n, i + 1)))), ''), if(is_closed, known[i + 1].1, ''), revision - (u_gone < 0.01)
FROM scans
WHERE startsWith(code_of_scan, 'exc.') OR startsWith(code_of_scan, 'attempt.');
