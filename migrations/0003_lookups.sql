-- The few questions that come before a tenant is known. Each is SECURITY DEFINER, owned by backline_lookup (NOLOGIN, no
-- BYPASSRLS), with a pinned search_path, and gives back no more than the caller needs to go on inside a tenant.

-- Who a session's cookie stands for, read anew for each request so that a demotion counts at once.
-- Slides the idle limit, at most once a minute.
create function app.find_session(hash bytea)
    returns table (person_id uuid, email text, name text, role text, tenant_id uuid, slug text, tenant_name text,
                   timezone text, currency text)
    language plpgsql security definer set search_path = ''
as $$
begin
    update app.sessions s set last_seen_at = now()
        where s.token_hash = hash and s.last_seen_at < now() - interval '1 minute' and s.last_seen_at > now() - s.idle;
    return query
        select p.id, p.email, p.name, m.role, t.id, t.slug, t.name, t.timezone, t.currency
        from app.sessions s
        join app.people p on p.id = s.person_id and p.disabled_at is null
        join app.memberships m on m.person_id = s.person_id and m.tenant_id = s.tenant_id and m.disabled_at is null
        join app.tenants t on t.id = s.tenant_id
        where s.token_hash = hash and s.expires_at > now() and s.last_seen_at > now() - s.idle;
end
$$;

create function app.open_session(hash bytea, person uuid, tenant uuid, idle interval, absolute interval, address text, agent text)
    returns void language plpgsql security definer set search_path = ''
as $$
begin
    delete from app.sessions s where s.expires_at < now();
    insert into app.sessions (token_hash, person_id, tenant_id, idle, expires_at, address, agent)
        values (hash, person, tenant, idle, now() + absolute, left(address, 100), left(agent, 300));
end
$$;

create function app.close_session(hash bytea) returns void language sql security definer set search_path = ''
as $$ delete from app.sessions where token_hash = hash $$;

-- What a sign-in needs: one row a role, the tenant used last first.
create function app.find_sign_in(folded_email text)
    returns table (person_id uuid, name text, password_hash text, tenant_id uuid, slug text)
    language sql stable security definer set search_path = ''
as $$
    select p.id, p.name, p.password_hash, t.id, t.slug
    from app.people p
    left join app.memberships m on m.person_id = p.id and m.disabled_at is null
    left join app.tenants t on t.id = m.tenant_id
    where p.email = folded_email and p.disabled_at is null
    order by (select max(s.created_at) from app.sessions s where s.person_id = p.id and s.tenant_id = t.id) desc nulls last, t.created_at
$$;

create function app.set_password_hash(person uuid, hash text) returns void language sql security definer set search_path = ''
as $$ update app.people set password_hash = hash where id = person $$;

-- Counts one attempt. Null when it may go on, else the seconds until the window ends.
create function app.throttle(what bytea, most integer, span interval)
    returns integer language plpgsql security definer set search_path = ''
as $$
declare
    counted app.throttles;
begin
    insert into app.throttles as t (key, attempts, window_ends_at) values (what, 1, now() + span)
        on conflict (key) do update set
            attempts = case when t.window_ends_at <= now() then 1 else t.attempts + 1 end,
            window_ends_at = case when t.window_ends_at <= now() then now() + span else t.window_ends_at end
        returning * into counted;
    if counted.attempts <= most then return null; end if;
    return greatest(1, ceil(extract(epoch from counted.window_ends_at - now())))::integer;
end
$$;

create function app.forgive(what bytea) returns void language sql security definer set search_path = ''
as $$ delete from app.throttles where key = what or window_ends_at < now() - interval '1 day' $$;

create function app.make_sign_in_link(hash bytea, person uuid, tenant uuid, life interval)
    returns void language sql security definer set search_path = ''
as $$
    delete from app.sign_in_links where expires_at < now();
    insert into app.sign_in_links (token_hash, person_id, tenant_id, expires_at) values (hash, person, tenant, now() + life)
$$;

-- Spends the link: a second use, also at the same moment, gets no row.
create function app.use_sign_in_link(hash bytea) returns table (person_id uuid, tenant_id uuid)
    language sql security definer set search_path = ''
as $$
    update app.sign_in_links l set used_at = now()
        where l.token_hash = hash and l.used_at is null and l.expires_at > now()
        returning l.person_id, l.tenant_id
$$;

create function app.find_api_key(hash bytea)
    returns table (key_id uuid, name text, scopes text[], tenant_id uuid, slug text, tenant_name text, timezone text, currency text)
    language plpgsql security definer set search_path = ''
as $$
begin
    update app.api_keys k set last_used_at = now()
        where k.secret_hash = hash and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
    return query
        select k.id, k.name, k.scopes, t.id, t.slug, t.name, t.timezone, t.currency
        from app.api_keys k join app.tenants t on t.id = k.tenant_id
        where k.secret_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end
$$;

do $$
declare
    f regprocedure;
begin
    for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where n.nspname = 'app' and p.prosecdef loop
        execute format('alter function %s owner to backline_lookup', f);
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to backline_app', f);
    end loop;
end
$$;
