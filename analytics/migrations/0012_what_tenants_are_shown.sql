-- What a tenant gave with a registration, and what it is shown of the parcel, so that a
-- look-up is answered from here alone. Rows written before have the empty value of the type.
ALTER TABLE registrations
    ADD COLUMN IF NOT EXISTS transaction String COMMENT 'The tenant''s id of the purchase or label transaction.',
    ADD COLUMN IF NOT EXISTS carrier_account LowCardinality(String) COMMENT 'Name of the tenant''s account at the carrier. Never a credential.',
    ADD COLUMN IF NOT EXISTS is_return Bool COMMENT 'The tenant says that the parcel is on its way back to the merchant.',
    ADD COLUMN IF NOT EXISTS service_name LowCardinality(String) COMMENT 'Service level as the tenant gave it: name for people.',
    ADD COLUMN IF NOT EXISTS service_token LowCardinality(String) COMMENT 'Likewise: the service''s token.',
    ADD COLUMN IF NOT EXISTS service_terms LowCardinality(String) COMMENT 'Likewise: terms of the service.',
    ADD COLUMN IF NOT EXISTS service_extended_token LowCardinality(String) COMMENT 'Likewise: token of the service''s variant.',
    ADD COLUMN IF NOT EXISTS service_parent_token LowCardinality(String) COMMENT 'Likewise: token of the service this one belongs to.',
    ADD COLUMN IF NOT EXISTS origin_street String COMMENT 'Origin as the tenant gave it: street and house number.',
    ADD COLUMN IF NOT EXISTS origin_city String COMMENT 'Likewise: city.',
    ADD COLUMN IF NOT EXISTS origin_state LowCardinality(String) COMMENT 'Likewise: state, province or region.',
    ADD COLUMN IF NOT EXISTS origin_postal_code String COMMENT 'Likewise: postal code.',
    ADD COLUMN IF NOT EXISTS destination_street String COMMENT 'Destination as the tenant gave it: street and house number.',
    ADD COLUMN IF NOT EXISTS destination_city String COMMENT 'Likewise: city.',
    ADD COLUMN IF NOT EXISTS destination_state LowCardinality(String) COMMENT 'Likewise: state, province or region.',
    ADD COLUMN IF NOT EXISTS destination_postal_code String COMMENT 'Likewise: postal code.',
    ADD COLUMN IF NOT EXISTS shown_status LowCardinality(String) COMMENT 'Main status that the tenant is shown: the shipment''s, or the tenant''s own correction of it (R7), or none of it where nothing is followed (R2, R8). Empty: the row was written before there was this column.',
    ADD COLUMN IF NOT EXISTS shown_code LowCardinality(String) COMMENT 'Code of that status.',
    ADD COLUMN IF NOT EXISTS shown_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the event behind it occurred, UTC.',
    ADD COLUMN IF NOT EXISTS shown_event_id String COMMENT 'That event: one of the history, or the tenant''s correction.',
    ADD COLUMN IF NOT EXISTS current_event_id String COMMENT 'With backfill current, the one event of before the registration that the tenant is shown (R5).';
