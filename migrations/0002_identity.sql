-- Who there is: tenants, people, their roles, sessions, API keys, and the throttle on guessing.
-- People, sessions, sign-in links and throttles stand above tenants: only the look-up functions of 0003 reach them.

create table app.tenants (
    id uuid primary key default gen_random_uuid(),
    slug text not null constraint tenants_slug_key unique
        constraint tenants_slug_check check (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null constraint tenants_name_check check (length(name) between 1 and 200),
    -- An IANA name: days and weeks are cut in it.
    timezone text not null default 'UTC',
    currency text not null default 'GBP' constraint tenants_currency_check check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now()
);
alter table app.tenants enable row level security;
alter table app.tenants force row level security;
create policy tenant on app.tenants as restrictive to backline_app, backline_worker, backline_reader
    using (id = (select app.tid())) with check (id = (select app.tid()));
create policy owner on app.tenants to backline_owner using (true) with check (true);
create policy backup on app.tenants for select to backline_backup using (true);
create policy read on app.tenants for select to backline_app, backline_worker, backline_reader using (true);
create policy lookup on app.tenants for select to backline_lookup using (true);
grant select on app.tenants to backline_app, backline_worker, backline_backup, backline_reader, backline_lookup;

create table app.people (
    id uuid primary key default gen_random_uuid(),
    -- Case-folded by the domain; one person over all tenants.
    email text not null constraint people_email_key unique constraint people_email_check check (email = lower(email)),
    name text not null constraint people_name_check check (length(name) between 1 and 200),
    -- argon2id in PHC form; null for a person who has not set one.
    password_hash text,
    disabled_at timestamptz,
    created_at timestamptz not null default now()
);

create table app.memberships (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    person_id uuid not null references app.people (id) on delete cascade,
    role text not null constraint memberships_role_check check (role in ('admin', 'manager', 'rep')),
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, person_id)
);
create index memberships_person on app.memberships (person_id);
call app.guard('app.memberships', '{admin}', '{admin}');
create policy lookup on app.memberships for select to backline_lookup using (true);
grant select on app.memberships to backline_lookup;

create table app.sessions (
    -- sha256 of the cookie's 256-bit token: reading this table signs nobody in.
    token_hash bytea primary key constraint sessions_token_hash_check check (length(token_hash) = 32),
    person_id uuid not null references app.people (id) on delete cascade,
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    idle interval not null,
    expires_at timestamptz not null,
    address text,
    agent text
);
create index sessions_person on app.sessions (person_id);
create index sessions_expiry on app.sessions (expires_at);

create table app.sign_in_links (
    token_hash bytea primary key constraint sign_in_links_token_hash_check check (length(token_hash) = 32),
    person_id uuid not null references app.people (id) on delete cascade,
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz
);

-- Attempts are counted before a password is tried, so that parallel guesses cannot slip through together.
create table app.throttles (
    -- sha256 of what is counted (an account, an address): no list of e-mail addresses lies here.
    key bytea primary key,
    attempts integer not null,
    window_ends_at timestamptz not null
);

do $$
declare
    name text;
begin
    foreach name in array array['people', 'sessions', 'sign_in_links', 'throttles'] loop
        execute format('alter table app.%I enable row level security', name);
        execute format('alter table app.%I force row level security', name);
        execute format('create policy owner on app.%I to backline_owner using (true) with check (true)', name);
        execute format('create policy backup on app.%I for select to backline_backup using (true)', name);
        execute format('create policy lookup on app.%I to backline_lookup using (true) with check (true)', name);
        execute format('grant select on app.%I to backline_backup', name);
        execute format('grant select, insert, update, delete on app.%I to backline_lookup', name);
    end loop;
end
$$;

create table app.api_keys (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null constraint api_keys_name_check check (length(name) between 1 and 200),
    -- sha256 of the secret: right for 256 random bits, wrong for passwords.
    secret_hash bytea not null constraint api_keys_secret_hash_check check (length(secret_hash) = 32),
    scopes text[] not null constraint api_keys_scopes_check
        check (cardinality(scopes) > 0 and scopes <@ array['read', 'sync', 'jobs:process', 'metrics', 'admin']),
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id)
);
create index api_keys_secret on app.api_keys (secret_hash);
call app.guard('app.api_keys', '{admin}');
create policy lookup on app.api_keys to backline_lookup using (true) with check (true);
grant select, update on app.api_keys to backline_lookup;

-- What people, keys, rules and settings changed. Append-only: by grants, and by trigger for whoever has more.
create table app.audit_log (
    tenant_id uuid not null references app.tenants (id),
    id bigint not null generated always as identity,
    at timestamptz not null default clock_timestamp(),
    actor_kind text not null constraint audit_log_actor_kind_check check (actor_kind in ('person', 'key', 'system')),
    actor_id uuid,
    actor_name text not null,
    source text not null constraint audit_log_source_check
        check (source in ('screen', 'api', 'webhook', 'sync', 'job', 'replay', 'rule', 'command line')),
    request_id text,
    entity_type text not null,
    entity_id text not null,
    action text not null,
    before jsonb,
    after jsonb,
    primary key (tenant_id, id)
);
create index audit_log_entity on app.audit_log (tenant_id, entity_type, entity_id, at desc);
call app.guard('app.audit_log');
create policy append on app.audit_log for insert to backline_app
    with check ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
grant insert on app.audit_log to backline_app, backline_worker;

create function app.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_append_only before update or delete on app.audit_log
    for each row execute function app.refuse_change();
create trigger audit_log_no_truncate before truncate on app.audit_log
    for each statement execute function app.refuse_change();
