-- The first ETA of a parcel that has one, and its moves: behind an exception, and for a tenth of the parcels anyway.
INSERT INTO eta_changes (carrier, tracking_number, epoch, causing_event_id, changed_at, from_date, to_date, source, reason, version)
WITH
{{template "parcels.sql"}}
SELECT
    carrier, tracking_number, epoch, lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, n, move.1)))), addSeconds(start_at, 60 + move.2) AS changed,
    if(move.1 = 2, NULL, move.3), move.4, source, if(move.1 = 8, 'Exception', ''), revision
FROM parcels
ARRAY JOIN
    arrayConcat(
        [(2, toInt64(0), first_eta, first_eta)],
        if(moved_again, [(5, toInt64(0.45 * took_s), first_eta, first_eta + 1)], []),
        if(moved_once, [(8, toInt64(0.6 * took_s), first_eta + moved_again, present_eta)], [])) AS move
WHERE has_eta AND changed <= until;
