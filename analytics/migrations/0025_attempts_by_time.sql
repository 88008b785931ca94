-- The console asks for the attempts of the last minutes, of all tenants. The key tells
-- nothing of when they were; most parts are older, and are not read at all so.
ALTER TABLE webhook_attempts
    ADD INDEX IF NOT EXISTS by_time started_at TYPE minmax GRANULARITY 1,
    MATERIALIZE INDEX by_time
SETTINGS mutations_sync = 2;
