-- Until when the time of an event may reach: a day, a minute or a second is over only at
-- its end (T2), a day at midnight of its place. The sink reckons it, for it knows zones
-- by their names. Rows from before have it by their local form, which is an hour off
-- where clocks were changed that day.
ALTER TABLE tracking_events
    ADD COLUMN IF NOT EXISTS over_ms UInt32
        DEFAULT multiIf(
            occurred_precision = 'second', 1000 - positiveModulo(toUnixTimestamp64Milli(occurred_at), 1000),
            occurred_precision = 'minute', 60000 - positiveModulo(toUnixTimestamp64Milli(occurred_at), 60000),
            86400000 - positiveModulo(toUnixTimestamp64Milli(occurred_at) + 1000 * utc_offset_s, 86400000))
        COMMENT 'How long after occurred_at all is over that its time may mean (T2), milliseconds: the rest of its second, its minute or its day.'
        AFTER occurred_confidence,
    ADD COLUMN IF NOT EXISTS over_at DateTime64(3, 'UTC')
        ALIAS occurred_at + toIntervalMillisecond(over_ms)
        COMMENT 'When all is over that the time of the event may mean (T2), UTC.';

-- What a tenant sees of a life of a number, all its registrations there together. It is
-- the rule of all views below: R5. What follows nothing (R2, R8) sees nothing. Whoever
-- reads a view needs a right on it alone, for the tables beneath hold what others see:
-- they are read with the rights of the user who migrates.
CREATE OR REPLACE VIEW tenant_lives
(
    tenant LowCardinality(String) COMMENT 'Who follows it.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    sees_all Bool COMMENT 'It sees all there is: backfill all.',
    sees_ids Array(String) COMMENT 'It sees these events, whenever they were: backfill current.',
    sees_from Nullable(DateTime64(3, 'UTC')) COMMENT 'It sees what was not over before its first registration, which came then, UTC; null: it follows nothing.'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS WITH r.state NOT IN ('do_not_track', 'refused') AS follows
SELECT r.tenant AS tenant, r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch,
    max(follows AND r.backfill = 'all') AS sees_all,
    groupUniqArrayIf(r.current_event_id, follows AND r.current_event_id != '') AS sees_ids,
    minOrNullIf(r.registered_at, follows) AS sees_from
FROM registrations AS r FINAL
GROUP BY r.tenant, r.carrier, r.tracking_number, r.epoch
COMMENT 'What each tenant may see of each life of a number that it follows (R5). Private to its tenant.';

-- The views below show a thing as the event is shown that it came of; where that event is
-- not known, its own time decides. The things are the right side of that join: there are
-- fewer of them than of events, and the right side is held in memory.
CREATE OR REPLACE VIEW tenant_exceptions
(
    tenant LowCardinality(String) COMMENT 'Who sees it.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    opening_event_id String COMMENT 'Event that opened it.',
    opened_at DateTime64(3, 'UTC') COMMENT 'When that event occurred, UTC.',
    closed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the event that closed it occurred, UTC; null while open.',
    code LowCardinality(String) COMMENT 'Code of the opening event.',
    party LowCardinality(String) COMMENT 'Who answers for it.',
    severity Int32 COMMENT '0 information, 1 watch, 2 act.',
    closing_event_id String COMMENT 'Event that closed it.',
    closing_code LowCardinality(String) COMMENT 'Code of that event.'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT x.*
FROM
(
    SELECT carrier AS of_carrier, tracking_number AS of_number, epoch AS of_epoch, event_id AS of_event, over_at AS of_over_at
    FROM tracking_events FINAL
    WHERE type = 'tracking.event'
) AS cause
RIGHT JOIN
(
    SELECT f.tenant AS tenant, f.sees_all AS sees_all, f.sees_ids AS sees_ids, f.sees_from AS sees_from,
        x.carrier AS carrier, x.tracking_number AS tracking_number, x.epoch AS epoch, x.opening_event_id AS opening_event_id,
        x.opened_at AS opened_at, x.closed_at AS closed_at, x.code AS code, x.party AS party, x.severity AS severity,
        x.closing_event_id AS closing_event_id, x.closing_code AS closing_code
    FROM exception_episodes AS x FINAL
    INNER JOIN shipments AS s FINAL USING (carrier, tracking_number, epoch)
    INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
    WHERE x.version >= s.version -- an older row is of an exception that a correction took away
) AS x ON of_carrier = x.carrier AND of_number = x.tracking_number AND of_epoch = x.epoch AND of_event = x.opening_event_id
WHERE x.sees_all OR has(x.sees_ids, x.opening_event_id)
    OR if(of_event = '', toStartOfSecond(x.opened_at) + toIntervalSecond(1), of_over_at) > x.sees_from
COMMENT 'Exceptions as each tenant sees them (D6, R5). Private to its tenant.';

CREATE OR REPLACE VIEW tenant_eta_changes
(
    tenant LowCardinality(String) COMMENT 'Who sees it.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    causing_event_id String COMMENT 'Event that brought it.',
    changed_at DateTime64(3, 'UTC') COMMENT 'When that event arrived, UTC.',
    from_date Nullable(Date32) COMMENT 'Former ETA as a day; null for the first.',
    from_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Former ETA as an instant, UTC.',
    to_date Nullable(Date32) COMMENT 'New ETA as a day.',
    to_at Nullable(DateTime64(3, 'UTC')) COMMENT 'New ETA as an instant, UTC.',
    source LowCardinality(String) COMMENT 'Who said it.',
    reason String COMMENT 'Why, as the source says it.'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT c.*
FROM
(
    SELECT carrier AS of_carrier, tracking_number AS of_number, epoch AS of_epoch, event_id AS of_event, over_at AS of_over_at
    FROM tracking_events FINAL
    WHERE type = 'tracking.event'
) AS cause
RIGHT JOIN
(
    SELECT f.tenant AS tenant, f.sees_all AS sees_all, f.sees_ids AS sees_ids, f.sees_from AS sees_from,
        c.carrier AS carrier, c.tracking_number AS tracking_number, c.epoch AS epoch, c.causing_event_id AS causing_event_id,
        c.changed_at AS changed_at, c.from_date AS from_date, c.from_at AS from_at, c.to_date AS to_date, c.to_at AS to_at,
        c.source AS source, c.reason AS reason
    FROM eta_changes AS c FINAL
    INNER JOIN shipments AS s FINAL USING (carrier, tracking_number, epoch)
    INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
    WHERE c.version >= s.version -- an older row is of a change that a correction took away
) AS c ON of_carrier = c.carrier AND of_number = c.tracking_number AND of_epoch = c.epoch AND of_event = c.causing_event_id
WHERE c.sees_all OR has(c.sees_ids, c.causing_event_id)
    OR if(of_event = '', toStartOfSecond(c.changed_at) + toIntervalSecond(1), of_over_at) > c.sees_from
COMMENT 'Moves of carriers'' ETAs as each tenant sees them (D1, R5). Private to its tenant.';

CREATE OR REPLACE VIEW tenant_decisions
(
    tenant LowCardinality(String) COMMENT 'Who sees it.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    source_topic LowCardinality(String) COMMENT 'Logical topic on which the raw event first lay, before rerouting.',
    source_partition Int32 COMMENT 'Its partition there.',
    source_offset Int64 COMMENT 'Its offset there.',
    decision LowCardinality(String) COMMENT 'What became of it, as in the table decisions.',
    rule LowCardinality(String) COMMENT 'Name of the rule that decided, for example I4.',
    reason String COMMENT 'The reason in a sentence.',
    warnings Array(LowCardinality(String)) COMMENT 'unmapped, weak_identity, clamped.',
    event_id String COMMENT 'Identity of the event, 16 hex digits.',
    other_event_id String COMMENT 'The event it lost to or won over, where there is one.',
    source LowCardinality(String) COMMENT 'Who sent the raw event.',
    code LowCardinality(String) COMMENT 'Code of the model.',
    raw_code LowCardinality(String) COMMENT 'The carrier''s own code.',
    occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened, UTC.',
    received_at DateTime64(3, 'UTC') COMMENT 'When our connector got it, UTC.',
    arrived_at DateTime64(3, 'UTC') COMMENT 'When it came onto the log, UTC.',
    decided_at DateTime64(3, 'UTC') COMMENT 'Stream time of this decision, UTC.'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT d.*
FROM
(
    SELECT carrier AS of_carrier, tracking_number AS of_number, epoch AS of_epoch, event_id AS of_event, over_at AS of_over_at
    FROM tracking_events FINAL
    WHERE type = 'tracking.event'
) AS cause
RIGHT JOIN
(
    SELECT f.tenant AS tenant, f.sees_all AS sees_all, f.sees_ids AS sees_ids, f.sees_from AS sees_from,
        d.carrier AS carrier, d.tracking_number AS tracking_number, d.epoch AS epoch, d.source_topic AS source_topic,
        d.source_partition AS source_partition, d.source_offset AS source_offset, d.decision AS decision, d.rule AS rule, d.reason AS reason,
        d.warnings AS warnings, d.event_id AS event_id, d.other_event_id AS other_event_id, d.source AS source, d.code AS code,
        d.raw_code AS raw_code, d.occurred_at AS occurred_at, d.received_at AS received_at, d.arrived_at AS arrived_at, d.decided_at AS decided_at
    FROM decisions AS d FINAL
    INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
) AS d ON of_carrier = d.carrier AND of_number = d.tracking_number AND of_epoch = d.epoch AND of_event = d.event_id
WHERE d.sees_all OR has(d.sees_ids, d.event_id)
    OR if(of_event = '', toStartOfSecond(d.occurred_at) + toIntervalSecond(1), of_over_at) > d.sees_from
COMMENT 'What became of raw events, as each tenant sees it (R5). Private to its tenant.';

-- What the rules noticed is shown as the event that they noticed it by, and to its tenant
-- where it has one.
CREATE OR REPLACE VIEW tenant_events
(
    tenant LowCardinality(String) COMMENT 'Who sees it.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number: upper case, no blanks, no dashes.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number: arrival of its first input, UTC (I1).',
    event_id String COMMENT 'Identity of the event, 16 hex digits (I2).',
    type LowCardinality(String) COMMENT 'tracking.event for a carrier''s event, else the derived type, for example tracking.delayed.',
    registration_id String COMMENT 'Set on derived events that belong to one registration, empty on all others.',
    status LowCardinality(String) COMMENT 'Main status of the model.',
    code LowCardinality(String) COMMENT 'Code of the model.',
    milestone Bool COMMENT 'Flag M: worth a notification.',
    starts_clock Bool COMMENT 'Flag S: starts the clock.',
    stops_clock Bool COMMENT 'Flag X: stops the clock.',
    terminal Bool COMMENT 'Flag T: ends the parcel''s life.',
    action_required Bool COMMENT 'Flag A: somebody has to act.',
    attempt_failure Bool COMMENT 'Flag F: a first-attempt failure.',
    physical_scan Bool COMMENT 'Flag P: a physical scan.',
    party LowCardinality(String) COMMENT 'Who answers for it: carrier, shipper, consignee, customs, external, shared, system, unknown.',
    severity Int32 COMMENT '0 information, 1 watch, 2 act.',
    leg LowCardinality(String) COMMENT 'Which way the parcel goes.',
    occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened, UTC.',
    occurred_local String COMMENT 'Local form without a zone.',
    occurred_text String COMMENT 'As the carrier wrote it.',
    occurred_zone LowCardinality(String) COMMENT 'IANA zone or UTC offset.',
    occurred_precision LowCardinality(String) COMMENT 'How exact occurred_at is.',
    occurred_confidence LowCardinality(String) COMMENT 'How sure the zone is.',
    received_at DateTime64(3, 'UTC') COMMENT 'When our connector got it, UTC.',
    arrived_at DateTime64(3, 'UTC') COMMENT 'When it came onto the log, UTC.',
    source LowCardinality(String) COMMENT 'Who said it.',
    source_kind LowCardinality(String) COMMENT 'How it came in.',
    also_from Array(LowCardinality(String)) COMMENT 'Other sources that told of the same event, in order of their names (I3).',
    raw_code LowCardinality(String) COMMENT 'The carrier''s own code.',
    raw_status LowCardinality(String) COMMENT 'The source''s own status word.',
    description String COMMENT 'The carrier''s own words.',
    location_name String COMMENT 'Where it happened: facility or free text.',
    location_city String COMMENT 'Where it happened: city.',
    location_state LowCardinality(String) COMMENT 'Where it happened: state, province or region.',
    location_postal_code String COMMENT 'Where it happened: postal code.',
    location_country LowCardinality(String) COMMENT 'Where it happened: country: ISO 3166-1 alpha-2 where known, else as the source writes it.',
    signed_by String COMMENT 'Who signed.',
    map_version LowCardinality(String) COMMENT 'Version of the map that made the code.',
    model_version LowCardinality(String) COMMENT 'Version of the status model that gave the flags.',
    decision LowCardinality(String) COMMENT 'What became of it: accepted, late, outdated, after_window. Derived events are accepted.',
    weakly_identified Bool COMMENT 'It had no code: its identity rests on its text (I2).',
    previous_status LowCardinality(String) COMMENT 'Main status of the shipment before this event, empty for a first.',
    evidence Map(LowCardinality(String), String) COMMENT 'For derived events: what the rule saw, by name.',
    actor String COMMENT 'Who did it by hand, on action.* events (R7).',
    object_created DateTime64(3, 'UTC') COMMENT 'Stream time at which the event was first taken in, UTC.',
    object_updated DateTime64(3, 'UTC') COMMENT 'Stream time of this revision, UTC.',
    occurred_date Date32 COMMENT 'Calendar day of occurred_at as the source wrote it; the day in UTC when it wrote none.'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT f.tenant AS tenant, e.* EXCEPT tenant, e.occurred_date AS occurred_date
FROM tracking_events AS e FINAL
INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
WHERE if(e.tenant != '', e.tenant = f.tenant,
    (e.type = 'tracking.event' OR (e.evidence['opening_event_id'] = '' AND e.evidence['causing_event_id'] = ''))
    AND (f.sees_all OR has(f.sees_ids, e.event_id)
        OR if(e.type = 'tracking.event', e.over_at, toStartOfSecond(e.occurred_at) + toIntervalSecond(1)) > f.sees_from))
UNION ALL
SELECT e.* EXCEPT (sees_all, sees_ids, sees_from, cause_id)
FROM
(
    SELECT carrier AS of_carrier, tracking_number AS of_number, epoch AS of_epoch, event_id AS of_event, over_at AS of_over_at
    FROM tracking_events FINAL
    WHERE type = 'tracking.event'
) AS cause
RIGHT JOIN
(
    SELECT f.tenant AS tenant, e.* EXCEPT tenant, e.occurred_date AS occurred_date,
        f.sees_all AS sees_all, f.sees_ids AS sees_ids, f.sees_from AS sees_from,
        if(e.evidence['opening_event_id'] != '', e.evidence['opening_event_id'], e.evidence['causing_event_id']) AS cause_id
    FROM tracking_events AS e FINAL
    INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
    WHERE e.type != 'tracking.event' AND e.tenant = '' AND cause_id != ''
) AS e ON of_carrier = e.carrier AND of_number = e.tracking_number AND of_epoch = e.epoch AND of_event = e.cause_id
WHERE e.sees_all OR has(e.sees_ids, e.cause_id)
    OR if(of_event = '', toStartOfSecond(e.occurred_at) + toIntervalSecond(1), of_over_at) > e.sees_from
COMMENT 'Events as each tenant sees them: a carrier''s as its registrations chose (R5), and what the rules noticed. Private to its tenant.';
