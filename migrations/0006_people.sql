-- People and settings: invitations, one's own account, what an admin changes of the tenant.
--
-- A person and their password are one over all tenants, while an admin of any tenant may invite any address and make
-- sign-in links for their own tenant. Two columns keep one tenant's admin from reaching into another tenant:
--   memberships.accepted_at  a password opens only tenants in which the person has once given it, or set it there
--   sessions.proven_at       a session that a link opened stays in its tenant until the password was given in it

grant create on schema app to backline_lookup;

alter table app.memberships
    -- The name that this tenant's admin typed: whoever invites an address learns nothing about the person behind it.
    add column invited_as text constraint memberships_invited_as_check check (length(invited_as) between 1 and 200),
    -- Null after an invitation, until the person has given or set their password in this tenant. The operator's are accepted.
    add column accepted_at timestamptz default now();
create policy accept on app.memberships for update to backline_lookup using (true) with check (true);
grant update (accepted_at) on app.memberships to backline_lookup;

alter table app.sessions add column proven_at timestamptz;
-- Until now only the operator made links.
update app.sessions set proven_at = now();

-- Name, zone and currency are the admin's; slug and id are the operator's.
create policy change on app.tenants for update to backline_app
    using ((select app.persona()) = 'admin') with check ((select app.persona()) = 'admin');
grant update (name, timezone, currency) on app.tenants to backline_app;

-- As before, but an invitation that was not accepted is no tenant of a password.
create or replace function app.find_sign_in(folded_email text)
    returns table (person_id uuid, name text, password_hash text, tenant_id uuid, slug text)
    language sql stable security definer set search_path = ''
as $$
    select p.id, p.name, p.password_hash, t.id, t.slug
    from app.people p
    left join app.memberships m on m.person_id = p.id and m.disabled_at is null and m.accepted_at is not null
    left join app.tenants t on t.id = m.tenant_id
    where p.email = folded_email and p.disabled_at is null
    order by (select max(s.created_at) from app.sessions s where s.person_id = p.id and s.tenant_id = t.id) desc nulls last, t.created_at
$$;

-- As before, but a person has in a tenant the name that it was invited under.
create or replace function app.find_session(hash bytea)
    returns table (person_id uuid, email text, name text, role text, tenant_id uuid, slug text, tenant_name text,
                   timezone text, currency text)
    language plpgsql security definer set search_path = ''
as $$
begin
    update app.sessions s set last_seen_at = now()
        where s.token_hash = hash and s.last_seen_at < now() - interval '1 minute' and s.last_seen_at > now() - s.idle;
    return query
        select p.id, p.email, coalesce(m.invited_as, p.name), m.role, t.id, t.slug, t.name, t.timezone, t.currency
        from app.sessions s
        join app.people p on p.id = s.person_id and p.disabled_at is null
        join app.memberships m on m.person_id = s.person_id and m.tenant_id = s.tenant_id and m.disabled_at is null
        join app.tenants t on t.id = s.tenant_id
        where s.token_hash = hash and s.expires_at > now() and s.last_seen_at > now() - s.idle;
end
$$;

-- One's own account: every function takes the hash of the session that asks, which nobody else has.

create function app.prove_session(current bytea) returns void language sql security definer set search_path = ''
as $$ update app.sessions set proven_at = now() where token_hash = current $$;

-- What decides how a password is changed: whether one is set, whether this session gave it, whether it opens another tenant.
create function app.own_account(current bytea)
    returns table (password_hash text, proven boolean, accepted boolean, elsewhere boolean)
    language sql stable security definer set search_path = ''
as $$
    select p.password_hash, s.proven_at is not null, m.accepted_at is not null,
           exists (select from app.memberships o
                   where o.person_id = s.person_id and o.tenant_id <> s.tenant_id and o.accepted_at is not null)
    from app.sessions s
    join app.people p on p.id = s.person_id
    join app.memberships m on m.person_id = s.person_id and m.tenant_id = s.tenant_id
    where s.token_hash = current
$$;

-- The password was given and fits `seen`: the session is proven and gets a new token, the membership is accepted.
-- False when the session or the password is not what it was when it was checked.
create function app.accept_here(current bytea, seen text, next bytea)
    returns boolean language plpgsql security definer set search_path = ''
as $$
declare
    me app.sessions;
begin
    select * into me from app.sessions s where s.token_hash = current for update;
    perform from app.people p where p.id = me.person_id and p.password_hash = seen for update;
    if not found then return false; end if;
    update app.sessions s set token_hash = next, proven_at = now() where s.token_hash = current;
    update app.memberships m set accepted_at = coalesce(m.accepted_at, now())
        where m.person_id = me.person_id and m.tenant_id = me.tenant_id;
    return true;
end
$$;

-- Sets a password. Without the old one only in a session that a link opened, of a person whose password opens no other
-- tenant; asked again here, under the lock that acceptance elsewhere takes too. Other sessions end: all of them when the
-- old password was given, else those of this tenant.
create function app.set_own_password(current bytea, seen text, hash text, old_given boolean, next bytea)
    returns boolean language plpgsql security definer set search_path = ''
as $$
declare
    me app.sessions;
begin
    select * into me from app.sessions s where s.token_hash = current for update;
    perform from app.people p where p.id = me.person_id and p.password_hash is not distinct from seen for update;
    if not found then return false; end if;
    if not old_given and (seen is not null and me.proven_at is not null or exists (
        select from app.memberships o where o.person_id = me.person_id and o.tenant_id <> me.tenant_id and o.accepted_at is not null))
    then return false; end if;
    update app.people p set password_hash = hash where p.id = me.person_id;
    delete from app.sessions s
        where s.person_id = me.person_id and s.token_hash <> current and (old_given or s.tenant_id = me.tenant_id);
    delete from app.sign_in_links l where l.person_id = me.person_id and l.tenant_id = me.tenant_id and l.used_at is null;
    return app.accept_here(current, hash, next);
end
$$;

-- The person's living sessions; those of other tenants only once the password was given.
create function app.own_sessions(current bytea)
    returns table (token_hash bytea, tenant_name text, created_at timestamptz, last_seen_at timestamptz, address text, agent text)
    language sql stable security definer set search_path = ''
as $$
    select s.token_hash, t.name, s.created_at, s.last_seen_at, s.address, s.agent
    from app.sessions me
    join app.sessions s on s.person_id = me.person_id and (me.proven_at is not null or s.tenant_id = me.tenant_id)
    join app.tenants t on t.id = s.tenant_id
    where me.token_hash = current and s.expires_at > now() and s.last_seen_at > now() - s.idle
    order by s.token_hash <> current, s.last_seen_at desc
$$;

-- Ends one other session of the list above, or with null all others. Gives how many.
create function app.end_own_sessions(current bytea, which bytea)
    returns bigint language sql security definer set search_path = ''
as $$
    with ended as (
        delete from app.sessions s using app.sessions me
        where me.token_hash = current and s.person_id = me.person_id and s.token_hash <> current
          and (me.proven_at is not null or s.tenant_id = me.tenant_id) and (which is null or s.token_hash = which)
        returning 1)
    select count(*) from ended
$$;

-- Where the person may work; other tenants only once the password was given.
create function app.own_tenants(current bytea)
    returns table (tenant_id uuid, slug text, name text, role text, here boolean)
    language sql stable security definer set search_path = ''
as $$
    select t.id, t.slug, t.name, m.role, t.id = me.tenant_id
    from app.sessions me
    join app.memberships m on m.person_id = me.person_id and m.disabled_at is null
        and (m.tenant_id = me.tenant_id or me.proven_at is not null and m.accepted_at is not null)
    join app.tenants t on t.id = m.tenant_id
    where me.token_hash = current
    order by lower(t.name), t.slug
$$;

-- Moves a proven session into another of the person's tenants, under a new token.
create function app.switch_own_session(current bytea, tenant uuid, next bytea)
    returns boolean language plpgsql security definer set search_path = ''
as $$
begin
    update app.sessions s set tenant_id = tenant, token_hash = next, created_at = now()
    from app.memberships m
    where s.token_hash = current and s.proven_at is not null and m.person_id = s.person_id and m.tenant_id = tenant
      and m.disabled_at is null and m.accepted_at is not null;
    return found;
end
$$;

-- People of the tenant of the transaction, for its admins: who they are lies above tenants.

create function app.tenant_people()
    returns table (person_id uuid, email text, name text, disabled boolean)
    language sql stable security definer set search_path = ''
as $$
    select p.id, p.email, coalesce(m.invited_as, p.name), p.disabled_at is not null
    from app.memberships m join app.people p on p.id = m.person_id
    where m.tenant_id = (select app.tid())
$$;

-- The person with this address, made when there is none. Says nothing about which it was.
create function app.find_or_add_person(folded_email text, person_name text)
    returns uuid language plpgsql security definer set search_path = ''
as $$
declare
    found_id uuid;
begin
    insert into app.people (email, name) values (folded_email, person_name) on conflict (email) do nothing;
    select p.id into found_id from app.people p where p.email = folded_email;
    return found_id;
end
$$;

-- Ends what a person has open in the tenant of the transaction, and there only.
create function app.end_sessions_here(person uuid) returns void language sql security definer set search_path = ''
as $$ delete from app.sessions where person_id = person and tenant_id = (select app.tid()) $$;

create function app.end_links_here(person uuid) returns void language sql security definer set search_path = ''
as $$ delete from app.sign_in_links where person_id = person and tenant_id = (select app.tid()) and used_at is null $$;

do $$
declare
    f text;
begin
    foreach f in array array[
        'prove_session(bytea)', 'own_account(bytea)', 'accept_here(bytea, text, bytea)',
        'set_own_password(bytea, text, text, boolean, bytea)', 'own_sessions(bytea)', 'end_own_sessions(bytea, bytea)',
        'own_tenants(bytea)', 'switch_own_session(bytea, uuid, bytea)', 'tenant_people()',
        'find_or_add_person(text, text)', 'end_sessions_here(uuid)', 'end_links_here(uuid)'] loop
        execute format('alter function app.%s owner to backline_lookup', f);
        execute format('revoke all on function app.%s from public', f);
        execute format('grant execute on function app.%s to backline_app', f);
    end loop;
end
$$;

revoke create on schema app from backline_lookup;
