-- The ground that every later table stands on: who may ask, for which tenant.
-- Runs as backline_owner. Roles and the schema itself are made before by `backline migrate` (roles are cluster-wide).

-- Look-up functions belong to backline_lookup, which must be allowed to own things here while migrations run.
grant usage, create on schema app to backline_lookup;
grant usage on schema app to backline_app, backline_worker, backline_backup, backline_reader;

-- The tenant of this transaction, or null. STABLE, never IMMUTABLE: a cached generic plan would keep the first tenant.
-- A console session (backline_reader) without a tenant gets an error, so that "no rows" never hides a forgotten setting.
create function app.tid() returns uuid
    language plpgsql stable parallel safe set search_path = ''
as $$
declare
    setting text := nullif(pg_catalog.current_setting('app.tenant_id', true), '');
begin
    if setting is null and current_user = 'backline_reader' then
        raise exception 'set app.tenant_id first' using errcode = 'insufficient_privilege';
    end if;
    return setting::uuid;
end
$$;

-- What the asking person or machine is in this tenant: admin, manager, rep, service or worker. Unknown means no rows.
create function app.persona() returns text
    language sql stable parallel safe set search_path = ''
as $$ select coalesce(nullif(pg_catalog.current_setting('app.persona', true), ''), 'none') $$;

-- Puts the whole fence around one tenant table:
--   tenant  RESTRICTIVE: whatever a later permissive policy says, no row of another tenant is seen or written
--   read, insert, change, remove  PERMISSIVE for people and machines, by persona; grants follow them
--   owner, backup, reader, worker  PERMISSIVE for the roles that stand beside the request path
create procedure app.guard(target regclass, writers text[] default '{}', removers text[] default '{}')
    language plpgsql set search_path = ''
as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy tenant on %s as restrictive to backline_app, backline_worker, backline_reader
        using (tenant_id = (select app.tid())) with check (tenant_id = (select app.tid()))', target);
    execute format('create policy owner on %s to backline_owner using (true) with check (true)', target);
    execute format('create policy backup on %s for select to backline_backup using (true)', target);
    execute format('create policy reader on %s for select to backline_reader using (true)', target);
    execute format('create policy worker on %s to backline_worker using (true) with check (true)', target);
    execute format('create policy read on %s for select to backline_app
        using ((select app.persona()) in (''admin'', ''manager'', ''rep'', ''service''))', target);
    execute format('grant select on %s to backline_app, backline_worker, backline_backup, backline_reader', target);
    if cardinality(writers) > 0 then
        execute format('create policy insert on %s for insert to backline_app
            with check ((select app.persona()) = any (%L))', target, writers);
        execute format('create policy change on %s for update to backline_app
            using ((select app.persona()) = any (%L)) with check ((select app.persona()) = any (%L))', target, writers, writers);
        execute format('grant insert, update on %s to backline_app', target);
    end if;
    if cardinality(removers) > 0 then
        execute format('create policy remove on %s for delete to backline_app
            using ((select app.persona()) = any (%L))', target, removers);
        execute format('grant delete on %s to backline_app', target);
    end if;
end
$$;
revoke all on procedure app.guard from public;
