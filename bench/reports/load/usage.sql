-- One unit for each first registration that was taken.
INSERT INTO usage (tenant, registration_id, carrier, tracking_number, epoch, used_at, version)
WITH
{{template "parcels.sql"}}
SELECT tenant, registration_id, carrier, tracking_number, epoch, epoch, 1
FROM parcels
WHERE state NOT IN ('do_not_track', 'refused');
