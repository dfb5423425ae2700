-- What a dump reads beside the tables: the place of each sequence, and which migrations were applied.
grant select on all sequences in schema app to backline_backup;
alter default privileges in schema app grant select on sequences to backline_backup;
grant usage on schema backline_migrations to backline_backup;
do $$
begin
    -- It is the migrator's own, and not there where the migrations are applied by hand.
    if to_regclass('backline_migrations._sqlx_migrations') is not null then
        grant select on backline_migrations._sqlx_migrations to backline_backup;
    end if;
end
$$;
