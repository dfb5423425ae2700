-- When each connected tenant was synchronised last, for the timer that starts its runs. It tells times, nothing of the mirror.
grant create on schema app to backline_lookup;

create policy lookup on app.connections for select to backline_lookup using (true);
grant select (tenant_id, provider) on app.connections to backline_lookup;
create policy lookup on app.sync_cursors for select to backline_lookup using (true);
grant select on app.sync_cursors to backline_lookup;

create function app.sync_times() returns table (tenant_id uuid, timezone text, initial_at timestamptz, last_at timestamptz, last_sweep_at timestamptz)
    language sql stable security definer set search_path = ''
as $$
    select t.id, t.timezone, s.initial_completed_at,
        (select pg_catalog.max(r.started_at) from app.sync_metadata r where r.tenant_id = t.id),
        (select pg_catalog.max(r.started_at) from app.sync_metadata r where r.tenant_id = t.id and r.sync_type = 'sweep')
    from app.tenants t
    join app.connections c on c.tenant_id = t.id
    join app.sync_cursors s on s.tenant_id = t.id and s.provider = c.provider
    where s.initial_completed_at is not null
        and not exists (select from app.sync_metadata r where r.tenant_id = t.id and r.status = 'running')
$$;
alter function app.sync_times() owner to backline_lookup;
revoke all on function app.sync_times() from public;
grant execute on function app.sync_times() to backline_worker;

revoke create on schema app from backline_lookup;
