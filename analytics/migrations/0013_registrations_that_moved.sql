-- Which registration stands for a parcel is told by the row alone: one that went over to
-- another life of its number, or to another carrier, stands for nothing where it was.
-- Rows from before there was the state moved are brought to it once, so that no report
-- has to compare rows.
ALTER TABLE registrations
    MODIFY COLUMN first_of_parcel COMMENT 'The first of all registrations of this parcel, those with do_not_track, refused and moved left out.',
    MODIFY COLUMN first_of_tenant COMMENT 'The first of this tenant''s registrations of this parcel, those with do_not_track, refused and moved left out.';

ALTER TABLE registrations
    UPDATE state = 'moved'
    WHERE state = 'stopped' AND (tenant, registration_id, epoch) IN
    (
        SELECT old.tenant, old.registration_id, old.epoch
        FROM registrations AS new
        INNER JOIN
        (
            SELECT tenant, carrier, tracking_number, registration_id, epoch
            FROM registrations
            WHERE state = 'stopped'
        ) AS old USING (tenant, carrier, tracking_number, registration_id)
        WHERE new.epoch > old.epoch
    )
SETTINGS mutations_sync = 2;

ALTER TABLE registrations
    UPDATE
        first_of_parcel = (carrier, tracking_number, epoch, registration_id) IN
        (
            SELECT carrier, tracking_number, epoch, argMin(registration_id, (registered_at, registration_id))
            FROM registrations FINAL
            WHERE state NOT IN ('do_not_track', 'refused', 'moved')
            GROUP BY carrier, tracking_number, epoch
        ),
        first_of_tenant = (tenant, carrier, tracking_number, epoch, registration_id) IN
        (
            SELECT tenant, carrier, tracking_number, epoch, argMin(registration_id, (registered_at, registration_id))
            FROM registrations FINAL
            WHERE state NOT IN ('do_not_track', 'refused', 'moved')
            GROUP BY tenant, carrier, tracking_number, epoch
        )
    WHERE (carrier, tracking_number, epoch) IN (SELECT carrier, tracking_number, epoch FROM registrations WHERE state = 'moved')
SETTINGS mutations_sync = 2;

DROP VIEW IF EXISTS registrations_moved;
