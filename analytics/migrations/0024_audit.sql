-- Who did what, when, on what, and how it ended. An entry is asked for by its tenant and
-- time, and its time is that of the asking, which no later revision moves.
CREATE TABLE IF NOT EXISTS audit
(
    tenant LowCardinality(String) COMMENT 'Whose key asked, or whose thing it was; empty: nobody''s, an act on the deployment or a stranger''s.',
    occurred_at DateTime64(3, 'UTC') COMMENT 'When it was asked for, or first refused, UTC.',
    entry_id String COMMENT 'Id of the entry, the same when it is written again.',
    act LowCardinality(String) COMMENT 'What was done, or tried, for example endpoint_rotate.',
    outcome LowCardinality(String) COMMENT 'How it ended: done, refused, failed (it broke off, and may have been done in part), begun (no end was written).',
    reason LowCardinality(String) COMMENT 'Why it was refused or failed, in a word; empty where it was done.',
    actor_kind LowCardinality(String) COMMENT 'What kind of actor: key (of the API), operator (at the command line), waybill (a process that saw it), stranger (without a key that is known).',
    actor String COMMENT 'Who: the key''s id, or the user of the operating system; empty for a stranger.',
    on_behalf_of String COMMENT 'For whom an operator says to act; empty: itself.',
    address String COMMENT 'From where: the client''s address, or the name of the operator''s machine.',
    object_kind LowCardinality(String) COMMENT 'What it was done to: endpoint, shipment, webhooks, key, topics, tables, job, route.',
    object_id String COMMENT 'Which one: its id, carrier:number of a shipment, or its name.',
    detail String COMMENT 'What is to be known besides, such as the scopes of a key or how many topics were made.',
    request_id String COMMENT 'The request''s id, as in its answer and in the log; empty at the command line.',
    count Int64 COMMENT 'How often, where the same was refused again within a minute.',
    revision Int64 COMMENT '1, 2, ... of this entry: what was begun is written again when it ended.',

    -- what the engine and the sink need
    version UInt64 COMMENT 'The revision: of a row that was written again the greatest counts.',
    is_deleted UInt8 COMMENT '1: the row was withdrawn and final reads do not show it.',
    problems Array(String) COMMENT 'What could not be stored as it came, for example a time out of range, in words; empty: nothing.'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (tenant, occurred_at, entry_id)
TTL occurred_at + toIntervalDay(400)
SETTINGS merge_with_ttl_timeout = 86400, default_compression_codec = 'ZSTD(1)', min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Who did what, when, on what, and how it ended, for 400 days unless set otherwise. Private to its tenant; rows without one are the operators''. Topic audit.';
