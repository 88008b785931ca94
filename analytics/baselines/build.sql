-- How long scans stay away in a status (gaps), and how long it takes from there to the stop
-- of the clock (remaining), by lane and by each coarser level.
--
-- Only what had arrived before {until} counts. What had not ended by then is known to take
-- longer than that and not how long, so the shares are Kaplan and Meier's: leaving such times
-- out would make everything look quicker than it is.
WITH
    events AS
    (
        SELECT
            carrier, tracking_number, epoch, status, occurred_at, stops_clock, terminal,
            maxIf(occurred_at, physical_scan) OVER (parcel ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_scan,
            minIf(toNullable(occurred_at), physical_scan) OVER (parcel ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_scan,
            max(terminal) OVER (parcel ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS over
        FROM tracking_events FINAL
        WHERE type = 'tracking.event' AND arrived_at < {until:DateTime64(3)} AND occurred_at < {until:DateTime64(3)}
            AND epoch >= {since:DateTime64(3)} - toIntervalDay({longest_life_days:UInt16})
            AND code NOT IN {no_status:Array(String)}
        WINDOW parcel AS (PARTITION BY carrier, tracking_number, epoch ORDER BY occurred_at, version, event_id)
    ),
    -- A gap counts once for each status that the parcel had in it. After the end of a parcel's
    -- life no scan is awaited.
    gaps AS
    (
        SELECT DISTINCT carrier, tracking_number, epoch, status, last_scan AS began, next_scan AS ended
        FROM events
        WHERE last_scan >= {since:DateTime64(3)} AND (next_scan IS NOT NULL OR NOT over)
    ),
    -- What is lost never stops the clock.
    stops AS
    (
        SELECT carrier, tracking_number, epoch, minIf(toNullable(occurred_at), stops_clock) AS ended
        FROM events
        GROUP BY carrier, tracking_number, epoch
    ),
    entries AS
    (
        SELECT carrier, tracking_number, epoch, status, min(occurred_at) AS began
        FROM events
        WHERE NOT terminal
        GROUP BY carrier, tracking_number, epoch, status
    ),
    times AS
    (
        SELECT carrier, tracking_number, epoch, status, 'gap' AS kind, began, ended
        FROM gaps
        UNION ALL
        SELECT carrier, tracking_number, epoch, status, 'remaining' AS kind, began, ended
        FROM entries INNER JOIN stops USING (carrier, tracking_number, epoch)
        WHERE began >= {since:DateTime64(3)} AND (ended IS NULL OR ended > began)
    ),
    samples AS
    (
        SELECT
            carrier, status, kind,
            arrayJoin(arrayFilter(level -> level.1 != '',
            [
                ('carrier', '', '', '', '', ''),
                (if(service = '', '', 'service'), service, '', '', '', ''),
                (if(origin_country = '' AND destination_country = '', '', 'countries'), service, origin_country, '', destination_country, ''),
                (if(origin_state = '' AND destination_state = '', '', 'lane'), service, origin_country, origin_state, destination_country, destination_state)
            ])) AS about,
            (dateDiff('millisecond', began, ifNull(ended, {until:DateTime64(3)})) / 1000, isNotNull(ended)) AS time
        FROM times INNER JOIN
        (
            SELECT
                carrier, tracking_number, epoch, toString(service) AS service,
                toString(origin_country) AS origin_country, toString(origin_state) AS origin_state,
                toString(destination_country) AS destination_country, toString(destination_state) AS destination_state
            FROM shipments FINAL
        ) AS s USING (carrier, tracking_number, epoch)
    ),
    groups AS
    (
        SELECT
            carrier, status, about,
            countIf(kind = 'gap' AND time.2) AS gap_count,
            countIf(kind = 'remaining' AND time.2) AS parcel_count,
            -- a sample of so many says what is usual, however many there are
            arraySort(t -> (t.1, NOT t.2), groupArraySampleIf(20000, 1)(time, kind = 'gap')) AS gap,
            arraySort(t -> (t.1, NOT t.2), groupArraySampleIf(20000, 1)(time, kind = 'remaining')) AS remaining
        FROM samples
        GROUP BY carrier, status, about
        HAVING gap_count >= {least:UInt32} OR parcel_count >= {least:UInt32}
    ),
    -- The share that took no longer than each of the times, by the product over those that ended
    -- of what of the rest did not end with them.
    shares AS
    (
        SELECT
            *,
            arrayMap(left -> 1 - exp(left), arrayCumSum(arrayMap((t, i) -> if(t.2, log(1 - 1 / (length(gap) - i + 1)), 0), gap, arrayEnumerate(gap)))) AS gap_share,
            arrayMap(left -> 1 - exp(left), arrayCumSum(arrayMap((t, i) -> if(t.2, log(1 - 1 / (length(remaining) - i + 1)), 0), remaining, arrayEnumerate(remaining)))) AS remaining_share
        FROM groups
    )
SELECT
    toString(carrier) AS carrier,
    about.1 AS level, about.2 AS service,
    about.3 AS origin_country, about.4 AS origin_state, about.5 AS destination_country, about.6 AS destination_state,
    toString(status) AS status,
    toInt64(gap_count) AS samples,
    -- where so large a share never ended: the longest time that is known
    arrayMap(p -> gap[if(arrayExists(share -> share >= p, gap_share), arrayFirstIndex(share -> share >= p, gap_share), length(gap))].1, [0.4999999, 0.9499999]) AS gaps,
    toInt64(parcel_count) AS parcels,
    if(parcel_count = 0, [], arrayMap(
        step -> remaining[if(arrayExists(share -> share >= step / 20 - 0.0000001, remaining_share),
            arrayFirstIndex(share -> share >= step / 20 - 0.0000001, remaining_share), length(remaining))].1,
        range(21))) AS quantiles
FROM shares
ORDER BY carrier, level, service, origin_country, origin_state, destination_country, destination_state, status
