-- What a person is told: each has notifications of their own, and says which kinds and whether by mail.

-- The person of this transaction, or null. STABLE, like app.tid().
create function app.pid() returns uuid
    language sql stable parallel safe set search_path = ''
as $$ select nullif(pg_catalog.current_setting('app.person_id', true), '')::uuid $$;

create table app.notifications (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    -- Null: for the tenant's webhook, which is told as a person is.
    person_id uuid,
    kind text not null constraint notifications_kind_check check (kind in ('job_failed')),
    title text not null constraint notifications_title_check check (length(title) between 1 and 300),
    body text not null default '' constraint notifications_body_check check (length(body) <= 1000),
    -- A page of ours.
    href text not null constraint notifications_href_check check (length(href) between 1 and 300),
    -- Events that this one stands for without one of their own; 0 for one of its own.
    collected integer not null default 0,
    created_at timestamptz not null default now(),
    -- A collecting one counts on.
    changed_at timestamptz not null default now(),
    read_at timestamptz,
    primary key (tenant_id, id),
    constraint notifications_person foreign key (tenant_id, person_id) references app.memberships (tenant_id, person_id) on delete cascade
);
-- The list, newest first; and those of the last hour, for the digest.
create index notifications_list on app.notifications (tenant_id, person_id, changed_at desc, id desc);
-- The bell.
create index notifications_unread on app.notifications (tenant_id, person_id) where read_at is null;
call app.guard('app.notifications');
-- Whatever their role: everybody reads their own.
create policy own on app.notifications as restrictive to backline_app using (person_id = (select app.pid()));
create policy change on app.notifications for update to backline_app
    using ((select app.persona()) in ('admin', 'manager', 'rep')) with check ((select app.persona()) in ('admin', 'manager', 'rep'));
grant update (read_at) on app.notifications to backline_app;
grant insert, update, delete on app.notifications to backline_worker;

-- Without a row everything is on.
create table app.notification_settings (
    tenant_id uuid not null,
    person_id uuid not null,
    -- Kinds that the person does not want.
    kinds_off text[] not null default '{}' constraint notification_settings_kinds_check check (kinds_off <@ array['job_failed']),
    by_mail boolean not null default true,
    primary key (tenant_id, person_id),
    constraint notification_settings_person foreign key (tenant_id, person_id) references app.memberships (tenant_id, person_id) on delete cascade
);
call app.guard('app.notification_settings', '{admin,manager,rep}');
create policy own on app.notification_settings as restrictive to backline_app
    using (person_id = (select app.pid())) with check (person_id = (select app.pid()));

-- A Slack-compatible incoming webhook of the tenant. Its address is a secret: who knows it can write there.
create table app.notification_webhooks (
    tenant_id uuid primary key references app.tenants (id) on delete cascade,
    -- XChaCha20-Poly1305, bound to the tenant.
    sealed_url bytea not null,
    updated_at timestamptz not null default now()
);
call app.guard('app.notification_webhooks', '{admin}', '{admin}');

-- What happened and was not told yet: written in the statement that makes it happen, removed in the transaction that tells it.
-- The queue writes it over tenants, like jobs.
create table app.notification_events (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    kind text not null constraint notification_events_kind_check check (kind in ('job_failed')),
    job_id bigint not null,
    job_type text not null,
    at timestamptz not null default now(),
    primary key (tenant_id, id)
);
alter table app.notification_events enable row level security;
alter table app.notification_events force row level security;
create policy tenant on app.notification_events as restrictive to backline_app, backline_reader
    using (tenant_id = (select app.tid())) with check (tenant_id = (select app.tid()));
create policy owner on app.notification_events to backline_owner using (true) with check (true);
create policy backup on app.notification_events for select to backline_backup using (true);
create policy reader on app.notification_events for select to backline_reader using (true);
create policy worker on app.notification_events to backline_worker using (true) with check (true);
create policy read on app.notification_events for select to backline_app
    using ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
grant select on app.notification_events to backline_app, backline_worker, backline_backup, backline_reader;
grant insert, delete on app.notification_events to backline_worker;

-- Where a person of the transaction's tenant is reached, for the worker that sends mail: nobody who was shut out.
grant create on schema app to backline_lookup;
create function app.mail_address(person uuid) returns table (email text, name text)
    language sql stable security definer set search_path = ''
as $$
    select p.email, coalesce(m.invited_as, p.name)
    from app.memberships m join app.people p on p.id = m.person_id
    where m.tenant_id = (select app.tid()) and m.person_id = person and m.disabled_at is null and p.disabled_at is null
$$;
alter function app.mail_address(uuid) owner to backline_lookup;
revoke all on function app.mail_address(uuid) from public;
grant execute on function app.mail_address(uuid) to backline_worker;
revoke create on schema app from backline_lookup;
