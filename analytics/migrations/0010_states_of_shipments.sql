-- States, so that baselines can tell lanes within one country apart.
ALTER TABLE shipments
    ADD COLUMN IF NOT EXISTS origin_state LowCardinality(String) COMMENT 'Origin''s state, province or region, likewise.' AFTER destination_country,
    ADD COLUMN IF NOT EXISTS destination_state LowCardinality(String) COMMENT 'Destination''s state, province or region, likewise.' AFTER origin_state;
