-- People are told when a comparison with the source finds more than the one before.
alter table app.notifications drop constraint notifications_kind_check;
alter table app.notifications add constraint notifications_kind_check check (kind in ('job_failed', 'rule', 'mirror'));
alter table app.notification_settings drop constraint notification_settings_kinds_check;
alter table app.notification_settings add constraint notification_settings_kinds_check
    check (kinds_off <@ array['job_failed', 'rule', 'mirror']);
