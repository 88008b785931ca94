-- What is said of persons is erased (P1) where an event says so: for a tenant, in one life
-- of a number, or for all who follow the parcel. Whoever keeps these tables right reads it
-- here, and so does what tenants are shown.
ALTER TABLE tracking_events
    ADD INDEX IF NOT EXISTS by_type type TYPE set(32) GRANULARITY 1,
    MATERIALIZE INDEX by_type
SETTINGS mutations_sync = 2;

CREATE OR REPLACE VIEW erasures
(
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    since DateTime64(3, 'UTC') COMMENT 'The first life of the number that it is about, by its epoch, UTC (I1).',
    until DateTime64(3, 'UTC') COMMENT 'The last one.',
    tenant LowCardinality(String) COMMENT 'Whose data it is about; empty: everybody''s, and what the carrier said.',
    erased_at DateTime64(3, 'UTC') COMMENT 'Stream time at which it was done: what was said later is erased as it comes in, UTC.'
)
AS WITH evidence['lives'] = 'all' AS all_lives
SELECT e.carrier AS carrier, e.tracking_number AS tracking_number, if(all_lives, toDateTime64(0, 3, 'UTC'), e.epoch) AS since,
    if(all_lives, e.occurred_at, e.epoch) AS until, e.tenant AS tenant, e.occurred_at AS erased_at
FROM tracking_events AS e
WHERE e.type = 'tracking.erased' OR e.type = 'action.erase' AND e.tenant != '' AND NOT mapContains(e.evidence, 'refused')
SETTINGS final = 0
COMMENT 'What is said of persons and was erased (P1). An erasure may be there twice.';

-- A tenant that has had it erased while others still are told it is not shown it, and none
-- is told that all of it was erased, from which it would learn of the others.
CREATE OR REPLACE VIEW tenant_lives
(
    tenant LowCardinality(String) COMMENT 'Who follows it.',
    carrier LowCardinality(String) COMMENT 'Carrier slug.',
    tracking_number String COMMENT 'Canonical number.',
    epoch DateTime64(3, 'UTC') COMMENT 'Which life of the number, UTC (I1).',
    sees_all Bool COMMENT 'It sees all there is: backfill all.',
    sees_ids Array(String) COMMENT 'It sees these events, whenever they were: backfill current.',
    sees_from Nullable(DateTime64(3, 'UTC')) COMMENT 'It sees what was not over before its first registration, which came then, UTC; null: it follows nothing.',
    erased Bool COMMENT 'It has had erased what is said of persons (P1), and is not shown what others still are.'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS WITH r.state NOT IN ('do_not_track', 'refused') AS follows
SELECT r.tenant AS tenant, r.carrier AS carrier, r.tracking_number AS tracking_number, r.epoch AS epoch,
    max(follows AND r.backfill = 'all') AS sees_all,
    groupUniqArrayIf(r.current_event_id, follows AND r.current_event_id != '') AS sees_ids,
    minOrNullIf(r.registered_at, follows) AS sees_from,
    (tenant, carrier, tracking_number, epoch) IN (SELECT tenant, carrier, tracking_number, since FROM erasures WHERE tenant != '') AS erased
FROM registrations AS r FINAL
GROUP BY r.tenant, r.carrier, r.tracking_number, r.epoch
COMMENT 'What each tenant may see of each life of a number that it follows (R5). Private to its tenant.';

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
        c.source AS source, if(f.erased, '', c.reason) AS reason
    FROM eta_changes AS c FINAL
    INNER JOIN shipments AS s FINAL USING (carrier, tracking_number, epoch)
    INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
    WHERE c.version >= s.version -- an older row is of a change that a correction took away
) AS c ON of_carrier = c.carrier AND of_number = c.tracking_number AND of_epoch = c.epoch AND of_event = c.causing_event_id
WHERE c.sees_all OR has(c.sees_ids, c.causing_event_id)
    OR if(of_event = '', toStartOfSecond(c.changed_at) + toIntervalSecond(1), of_over_at) > c.sees_from
COMMENT 'Moves of carriers'' ETAs as each tenant sees them (D1, R5). Private to its tenant.';

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
AS SELECT f.tenant AS tenant, e.* EXCEPT tenant REPLACE (
        if(f.erased, '', e.description) AS description, if(f.erased, '', e.raw_status) AS raw_status, if(f.erased, '', e.signed_by) AS signed_by,
        if(f.erased, '', e.location_name) AS location_name, if(f.erased, '', e.location_city) AS location_city,
        if(f.erased, '', e.location_state) AS location_state, if(f.erased, '', e.location_postal_code) AS location_postal_code,
        mapFilter((name, value) -> NOT f.erased OR name != 'reason', e.evidence) AS evidence), e.occurred_date AS occurred_date
FROM tracking_events AS e FINAL
INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
WHERE if(e.tenant != '', e.tenant = f.tenant,
    (e.type = 'tracking.event' OR (e.type != 'tracking.erased' AND e.evidence['opening_event_id'] = '' AND e.evidence['causing_event_id'] = ''))
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
    SELECT f.tenant AS tenant, e.* EXCEPT tenant REPLACE (
        if(f.erased, '', e.description) AS description, if(f.erased, '', e.raw_status) AS raw_status, if(f.erased, '', e.signed_by) AS signed_by,
        if(f.erased, '', e.location_name) AS location_name, if(f.erased, '', e.location_city) AS location_city,
        if(f.erased, '', e.location_state) AS location_state, if(f.erased, '', e.location_postal_code) AS location_postal_code,
        mapFilter((name, value) -> NOT f.erased OR name != 'reason', e.evidence) AS evidence), e.occurred_date AS occurred_date,
        f.sees_all AS sees_all, f.sees_ids AS sees_ids, f.sees_from AS sees_from,
        if(e.evidence['opening_event_id'] != '', e.evidence['opening_event_id'], e.evidence['causing_event_id']) AS cause_id
    FROM tracking_events AS e FINAL
    INNER JOIN tenant_lives AS f USING (carrier, tracking_number, epoch)
    WHERE e.type != 'tracking.event' AND e.tenant = '' AND cause_id != ''
) AS e ON of_carrier = e.carrier AND of_number = e.tracking_number AND of_epoch = e.epoch AND of_event = e.cause_id
WHERE e.sees_all OR has(e.sees_ids, e.cause_id)
    OR if(of_event = '', toStartOfSecond(e.occurred_at) + toIntervalSecond(1), of_over_at) > e.sees_from
COMMENT 'Events as each tenant sees them: a carrier''s as its registrations chose (R5), and what the rules noticed. Private to its tenant.';
