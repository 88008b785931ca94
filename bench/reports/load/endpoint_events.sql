-- What became of the endpoints: made, and now and then failing and well again.
INSERT INTO endpoint_events (tenant, endpoint_id, event_id, kind, state, reason, occurred_at, version)
WITH
{{template "parcels.sql"}}
SELECT
    tenant, concat('ep_', toString(t)), lower(hex(reinterpretAsFixedString(cityHash64({seed:UInt64}, n, 'endpoint')))),
    if(n % 2 = 0, 'failing', 'recovered'), if(n % 2 = 0, 'failing', 'enabled'), '', epoch, 1
FROM parcels
WHERE has_endpoint AND n % 5000 < 2;
