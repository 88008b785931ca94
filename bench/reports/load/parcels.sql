-- The parcels of the load, made up from their numbers alone: the same seed, count and end give the
-- same parcels. All other files go on from here, so what the tables say agrees.
--
-- Registrations arrive evenly over two years up to {until}. Of 12 carriers the largest has 22 %; of
-- 200 tenants the first three have 30, 20 and 10 %, the others the same. Each carrier has a home,
-- a pace and a lag of its own; a tenth to a half of its parcels go abroad, which takes three times as long.
-- Of the parcels 1 % are never heard of, 92.5 % are delivered (5 % of them collected, 6 % after an
-- attempt that failed), 2.5 % come back, 1.5 % are lost or worse, the rest fall silent. 6 to 13 %
-- meet an exception, which holds them up for a third of a day to six days. November and December
-- are slower. What had not happened by {until} is left out. 90 % have a promise, 45 % an ETA.
--
-- {older} leaves out so many of the latest events of a parcel: the state that an earlier batch wrote.
    matter -> cityHash64({seed:UInt64}, number, matter) / pow(2, 64) AS draw,
    draws AS
    (
        SELECT
            number AS n,
            toDateTime64({until:String}, 3, 'UTC') AS until,
            addMilliseconds(until, toInt64(63072000000 * (n / {parcels:UInt64} - 1)) + n % 997) AS epoch,
            arrayFirstIndex(share -> draw('carrier') < share, [0.22, 0.38, 0.50, 0.60, 0.69, 0.77, 0.84, 0.89, 0.93, 0.96, 0.98, 1.1]) AS c,
            multiIf(draw('tenant') < 0.3, 1, draw('tenant') < 0.5, 2, draw('tenant') < 0.6, 3, 4 + toUInt16(floor(197 * draw('small tenant')))) AS t,
            draw('abroad') AS u_abroad, draw('to') AS u_to, draw('from') AS u_from, draw('service') AS u_service,
            draw('fate') AS u_fate, draw('exception') AS u_exception, draw('code') AS u_code, draw('hold') AS u_hold,
            draw('transit') AS u_transit, draw('lead') AS u_lead, draw('promise') AS u_promise, draw('slack') AS u_slack,
            draw('eta') AS u_eta, draw('move') AS u_move, draw('attempt') AS u_attempt, draw('collect') AS u_collect,
            draw('second') AS u_second, draw('state') AS u_state, draw('gone') AS u_gone, draw('stalled') AS u_stalled
        FROM numbers({first:UInt64}, {count:UInt64})
    ),
    plans AS
    (
        SELECT
            *,
            ['ups', 'usps', 'fedex', 'royal-mail', 'dhl-germany', 'la-poste', 'postnl', 'correios', 'canada-post', 'bpost', 'japan-post', 'china-post'][c] AS carrier,
            ['US', 'US', 'US', 'GB', 'DE', 'FR', 'NL', 'BR', 'CA', 'BE', 'JP', 'CN'][c] AS home,
            [-5, -6, -5, 0, 1, 1, 1, -3, -5, 1, 9, 8][c] AS home_offset,
            [0.9, 1.2, 0.8, 1, 0.9, 1.1, 0.9, 2.2, 1.3, 1, 0.8, 2.5][c] AS pace,
            [60, 1800, 90, 300, 120, 900, 60, 7200, 3600, 300, 14000, 20000][c] AS lag_s,
            toUInt8(1 + floor(12 * u_to)) AS d,
            u_abroad < [0.1, 0.1, 0.2, 0.15, 0.2, 0.2, 0.3, 0.1, 0.2, 0.3, 0.3, 0.5][c] AND ['US', 'GB', 'DE', 'FR', 'ES', 'IT', 'PL', 'BR', 'CA', 'AU', 'JP', 'MX'][d] != home AS abroad,
            if(abroad, ['US', 'GB', 'DE', 'FR', 'ES', 'IT', 'PL', 'BR', 'CA', 'AU', 'JP', 'MX'][d], home) AS destination_country,
            if(abroad, [-5, 0, 1, 1, 1, 1, 1, -3, -5, 10, 9, -6][d], home_offset) AS offset,
            if(u_from < 0.03, '', home) AS origin_country,
            multiIf(u_service < 0.2, 'express', u_service < 0.85, 'standard', 'economy') AS service,
            concat('shop-', leftPad(toString(t), 3, '0')) AS tenant,
            concat(upper(left(carrier, 2)), leftPad(toString(t * 37 % 10000), 4, '0'), leftPad(toString(n), 10, '0'), leftPad(toString(cityHash64(n) % 97), 2, '0')) AS tracking_number,
            lower(hex(MD5(concat(toString({seed:UInt64}), ' ', toString(n))))) AS registration_id,
            toInt64(86400 * if(abroad, 7, 2.2) * pace * multiIf(service = 'express', 0.5, service = 'standard', 1, 1.6)) AS usual_s,
            u_exception < 0.06 + 0.04 * abroad + 0.03 * (pace > 1.1) AS troubled,
            if(abroad AND u_code < 0.4,
                ['exc.customs_hold', 'exc.customs_documents', 'exc.duty_unpaid', 'exc.prohibited'][toUInt8(1 + floor(10 * u_code))],
                ['exc.carrier_delay', 'exc.carrier_delay', 'exc.missed_connection', 'exc.misrouted', 'exc.held_by_carrier', 'exc.damaged', 'exc.weather',
                    'exc.weather', 'exc.external_delay', 'exc.address', 'exc.held_at_request', 'exc.unspecified'][toUInt8(1 + floor(12 * u_code))]) AS exception_code,
            if(troubled, toInt64(86400 * (0.3 + 6 * u_hold * u_hold)), 0) AS hold_s,
            toInt64(usual_s * (0.65 + 0.5 * u_transit + 1.2 * pow(u_transit, 8)) * if(toMonth(epoch) >= 11, 1.2, 1)) AS took_s,
            multiIf(u_fate < 0.01 OR u_state < 0.012, 'unheard', u_fate < 0.935, 'delivered', u_fate < 0.96, 'returned', u_fate < 0.975, 'lost', 'silent') AS fate,
            addSeconds(toDateTime64(toDateTime(epoch), 3, 'UTC'), 7200 + toInt64(120000 * u_lead)) AS start_at,
            fate = 'delivered' AND u_attempt < 0.06 AS missed,
            if(missed, took_s + hold_s + 86400, took_s + hold_s) AS end_s
        FROM draws
    ),
    -- what happens, with the seconds since the carrier took the parcel over
    stories AS
    (
        SELECT
            *,
            arrayConcat(
                if(fate = 'unheard', [], [('info.received', toInt64(-3600)), ('transit.picked_up', 0), ('transit.departed_facility', toInt64(0.1 * took_s)), ('transit.arrived_facility', toInt64(0.3 * took_s))]),
                multiIf(fate = 'unheard', [],
                    abroad, [('transit.customs_started', toInt64(0.4 * took_s)), ('transit.customs_cleared', toInt64(0.55 * took_s))],
                    [('transit.processing', toInt64(0.4 * took_s)), ('transit.departed_facility', toInt64(0.55 * took_s))]),
                if(troubled AND fate != 'unheard', [(exception_code, toInt64(0.6 * took_s)), ('transit.departed_facility', toInt64(0.6 * took_s + hold_s))], []),
                if(fate IN ('delivered', 'returned'), [('transit.arrived_destination', toInt64(0.75 * took_s + hold_s)), ('transit.at_delivery_depot', toInt64(0.85 * took_s + hold_s))], []),
                if(fate IN ('delivered', 'returned'), [('ofd.out', toInt64(0.95 * took_s + hold_s))], []),
                if(missed, [(['attempt.no_recipient', 'attempt.notice_left', 'attempt.not_made'][toUInt8(1 + floor(50 * u_attempt))], took_s + hold_s), ('ofd.out', took_s + hold_s + 80000)], []),
                multiIf(
                    fate = 'delivered' AND u_collect < 0.05, [('collect.ready', end_s), ('delivered.collected', end_s + 20000 + toInt64(5000000 * u_collect))],
                    fate = 'delivered', [(['delivered.delivered', 'delivered.delivered', 'delivered.signed', 'delivered.neighbour', 'delivered.safe_place'][toUInt8(1 + floor(5 * u_collect))], end_s)],
                    fate = 'returned', [('exc.refused', end_s), ('returning.in_progress', end_s + 90000), ('returned.returned', end_s + 90000 + usual_s)],
                    fate = 'lost', [('exc.contact_carrier', end_s + 300000), (['failed.lost', 'failed.lost', 'failed.destroyed', 'failed.undeliverable'][toUInt8(1 + floor(4 * u_attempt))], end_s + 1500000)],
                    [])) AS story,
            arrayFilter(step -> addSeconds(start_at, step.2 + 3600) <= until, story) AS happened,
            arraySlice(happened, 1, length(happened) - {older:UInt8}) AS known
        FROM plans
        -- of the parcels 20 % were written once before, and 10 % twice
        WHERE {older:UInt8} = 0 OR n % 10 < if({older:UInt8} = 1, 3, 1)
    ),
    parcels AS
    (
        SELECT
            *,
            if(empty(known), 'pending.registered', known[-1].1) AS code,
            transform(code, {codes:Array(String)}, {statuses:Array(String)}, '') AS status,
            has({terminals:Array(String)}, code) AS terminal,
            if(empty(known), NULL, addSeconds(start_at, known[-1].2)) AS last_at,
            arrayFirst(step -> has({stops:Array(String)}, step.1), known) AS stop,
            arrayFirst(step -> startsWith(step.1, 'delivered.'), known) AS delivery,
            if(carrier = 'japan-post', 'day', 'second') AS precision,
            if(length(known) < 2, NULL, start_at) AS clock_start,
            if(stop.1 = '', NULL, addSeconds(start_at, stop.2)) AS clock_stop,
            if(delivery.1 = '', NULL, if(precision = 'day', toDateTime64(toStartOfDay(addSeconds(start_at, delivery.2)), 3, 'UTC'), addSeconds(start_at, delivery.2))) AS delivered_at,
            if(isNull(delivered_at), '', left(formatDateTime(addHours(addSeconds(start_at, delivery.2), offset), '%Y-%m-%dT%H:%i:%S'), if(precision = 'day', 10, 19))) AS delivered_local,
            if(isNull(clock_stop), '', formatDateTime(addHours(addSeconds(start_at, stop.2), offset), '%Y-%m-%dT%H:%i:%S')) AS clock_stop_local,
            u_eta < 0.45 AND length(known) >= 2 AS has_eta,
            toDate32(addSeconds(epoch, toInt64(usual_s * 1.1) + 100000)) AS first_eta,
            has_eta AND troubled AS moved_once,
            has_eta AND u_move < 0.1 AS moved_again,
            first_eta + moved_once * toInt32(1 + hold_s / 86400) + moved_again AS present_eta,
            if(u_promise < 0.8, toDate32(addSeconds(epoch, usual_s + toInt64(100000 + 120000 * u_slack))), NULL) AS promised_date,
            if(u_promise >= 0.8 AND u_promise < 0.9, toDateTime64(toStartOfHour(addSeconds(epoch, usual_s + toInt64(100000 + 120000 * u_slack))), 3, 'UTC'), NULL) AS promised_at,
            multiIf(u_promise < 0.9, 'promised', has_eta, 'original_eta', '') AS measure,
            toInt64(1 + length(known) + troubled + moved_once + moved_again) AS revision,
            -- the registration's state, with what became of it
            multiIf(u_state < 0.01, 'do_not_track', u_state < 0.012, 'refused', u_state < 0.015, 'moved', u_state < 0.02, 'stopped',
                epoch < until - toIntervalDay(180), 'expired', 'active') AS state,
            concat(carrier, if(carrier IN ('usps', 'correios', 'china-post'), '-poll', '-push')) AS source,
            t % 5 < 2 AS has_endpoint
        FROM stories
    ),
    scans AS
    (
        SELECT
            *, step.1 AS code_of_scan, step.2 AS at_s, i,
            lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, n, i)))) AS event_id,
            addSeconds(start_at, at_s) AS exactly,
            addMilliseconds(exactly, 60500) AS webhook_at,
            lower(hex(MD5(concat(toString({seed:UInt64}), ' job ', toString(n), ' ', toString(i))))) AS job_id,
            has_endpoint AND state NOT IN ('do_not_track', 'refused') AND i % 4 = 2 AS makes_webhook
        FROM parcels
        ARRAY JOIN known AS step, arrayEnumerate(known) AS i
    )
