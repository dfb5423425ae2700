-- What settings need: starting over, the first day of the week, whose word an address is, and a look at a session.

grant create on schema app to backline_lookup;

-- Starting over removes the mirror of a tenant, as work behind an admin's request. What people made has no such grant.
grant delete on app.opportunities, app.opportunity_changes, app.change_counts, app.opportunity_activity, app.dashboard_snapshots,
    app.sync_failures, app.sync_cursors, app.sync_metadata to backline_worker;

-- Weeks begin with it.
alter table app.tenants add column first_day text not null default 'monday'
    constraint tenants_first_day_check check (first_day in ('monday', 'sunday', 'saturday'));
grant update (first_day) on app.tenants to backline_app;

-- Whether a person entered the address on a screen. Then it is looked at again whenever it is connected: a name may be
-- pointed into the host's own network after it was entered. What the operator entered is the operator's affair.
alter table app.connections add column from_screen boolean not null default false;
update app.connections c set from_screen = true
    where 'screen' = (select a.source from app.audit_log a
                      where a.tenant_id = c.tenant_id and a.entity_type = 'connection' and a.entity_id = c.provider and a.action = 'set'
                      order by a.id desc limit 1);

-- As before, with the first day of the week; and the look that does not count as use, for streams that nobody may be at.
drop function app.find_session(bytea);
create function app.look_at_session(hash bytea)
    returns table (person_id uuid, email text, name text, role text, tenant_id uuid, slug text, tenant_name text,
                   timezone text, currency text, first_day text)
    language sql stable security definer set search_path = ''
as $$
    select p.id, p.email, coalesce(m.invited_as, p.name), m.role, t.id, t.slug, t.name, t.timezone, t.currency, t.first_day
    from app.sessions s
    join app.people p on p.id = s.person_id and p.disabled_at is null
    join app.memberships m on m.person_id = s.person_id and m.tenant_id = s.tenant_id and m.disabled_at is null
    join app.tenants t on t.id = s.tenant_id
    where s.token_hash = hash and s.expires_at > now() and s.last_seen_at > now() - s.idle
$$;
create function app.find_session(hash bytea)
    returns table (person_id uuid, email text, name text, role text, tenant_id uuid, slug text, tenant_name text,
                   timezone text, currency text, first_day text)
    language plpgsql security definer set search_path = ''
as $$
begin
    update app.sessions s set last_seen_at = now()
        where s.token_hash = hash and s.last_seen_at < now() - interval '1 minute' and s.last_seen_at > now() - s.idle;
    return query select * from app.look_at_session(hash);
end
$$;

drop function app.find_api_key(bytea);
create function app.find_api_key(hash bytea)
    returns table (key_id uuid, name text, scopes text[], tenant_id uuid, slug text, tenant_name text, timezone text,
                   currency text, first_day text)
    language plpgsql security definer set search_path = ''
as $$
begin
    update app.api_keys k set last_used_at = now()
        where k.secret_hash = hash and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
    return query
        select k.id, k.name, k.scopes, t.id, t.slug, t.name, t.timezone, t.currency, t.first_day
        from app.api_keys k join app.tenants t on t.id = k.tenant_id
        where k.secret_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end
$$;

do $$
declare
    f text;
begin
    foreach f in array array['look_at_session(bytea)', 'find_session(bytea)', 'find_api_key(bytea)'] loop
        execute format('alter function app.%s owner to backline_lookup', f);
        execute format('revoke all on function app.%s from public', f);
        execute format('grant execute on function app.%s to backline_app', f);
    end loop;
end
$$;

revoke create on schema app from backline_lookup;
