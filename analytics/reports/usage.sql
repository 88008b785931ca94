-- What tenants used up to as_of: a unit is an accepted, valid, new registration.
-- Date basis: arrival of the registration, up to as_of; months are calendar months in UTC. Counts, no rate.
-- By: tenant, month, carrier. Default: tenant, month.
-- Run: clickhouse-client --database waybill --param_tenant "" --param_since 1970-01-01 --param_until 2261-12-31 --param_as_of "2026-01-01 00:00:00" --param_by "['tenant', 'month']" --queries-file usage.sql
SELECT
    if(has({by:Array(String)}, 'tenant'), u.tenant, '') AS tenant,
    if(has({by:Array(String)}, 'month'), formatDateTime(u.used_at, '%Y-%m'), '') AS month,
    if(has({by:Array(String)}, 'carrier'), u.carrier, '') AS carrier,
    count() AS units,
    uniqExact(cityHash64(u.carrier, u.tracking_number, u.epoch)) AS parcels
FROM usage AS u
WHERE ({tenant:String} = '' OR u.tenant = {tenant:String})
    AND u.used_at >= {since:DateTime64(3, 'UTC')}
    AND u.used_at < {until:DateTime64(3, 'UTC')}
    AND u.used_at <= {as_of:DateTime64(3, 'UTC')}
GROUP BY tenant, month, carrier WITH TOTALS
ORDER BY month, tenant, carrier
SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1;
