-- The inbox: where other systems say that something happened. A delivery is kept, byte for byte, before it is answered.

-- An address that a provider posts to.
create table app.webhook_endpoints (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    provider text not null constraint webhook_endpoints_provider_check check (provider in ('current-rms', 'email-bison')),
    -- What people call it, also the workspace_name of its deliveries.
    label text not null constraint webhook_endpoints_label_check check (length(label) between 1 and 100),
    -- Without a delivery for so long it counts as silent; null: for a day.
    silent_after_minutes integer constraint webhook_endpoints_silent_check check (silent_after_minutes between 1 and 1440),
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (tenant_id, id)
);
call app.guard('app.webhook_endpoints', '{admin}');

-- Its secrets: two may be live, so that a new one can be in use before the old one goes.
create table app.webhook_tokens (
    tenant_id uuid not null,
    endpoint_id bigint not null,
    -- sha256: right for 256 random bits.
    token_hash bytea not null constraint webhook_tokens_hash_check check (length(token_hash) = 32),
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (tenant_id, endpoint_id, token_hash),
    constraint webhook_tokens_endpoint foreign key (tenant_id, endpoint_id) references app.webhook_endpoints (tenant_id, id) on delete cascade
);
create index webhook_tokens_hash on app.webhook_tokens (token_hash);
call app.guard('app.webhook_tokens', '{admin}');

-- What arrived. The columns of the first system come first; nothing refers to a row by foreign key, so that the table can be
-- cut by month.
create table app.webhook_events (
    tenant_id uuid not null,
    -- evt_<action id>_<receipt in ms of the epoch>; without an action id evt_<12 hex of the body's sha256>_<ms>.
    id text not null constraint webhook_events_id_check check (length(id) between 1 and 200),
    -- Of the receipt.
    timestamp timestamptz not null default now(),
    opportunity_id bigint,
    opportunity_name text,
    customer_name text,
    user_id bigint,
    user_name text,
    action_type text,
    -- As the mirror had it before and after the read that this event caused.
    previous_status text,
    new_status text,
    processed boolean not null generated always as (state = 'processed') stored,
    error text,
    -- As it came. Null in rows from before bytes were kept, and where they are no longer kept.
    raw_payload bytea compression lz4,
    created_at timestamptz not null default now(),
    endpoint_id bigint,
    provider text not null,
    state text not null
        constraint webhook_events_state_check check (state in ('received', 'processed', 'ignored', 'quarantined', 'dead')),
    replay_of text,
    -- The job that replayed it among others.
    replay_job bigint,
    is_test boolean not null default false,
    -- Tries of its follow-up.
    attempts integer not null default 0,
    settled_at timestamptz,
    primary key (tenant_id, id)
);
create index webhook_events_newest on app.webhook_events (tenant_id, timestamp desc, id);
create index webhook_events_opportunity on app.webhook_events (tenant_id, opportunity_id, timestamp desc);
-- What a follow-up settles, and what is looked for when one was lost.
create index webhook_events_open on app.webhook_events (tenant_id, opportunity_id) where state = 'received';
create index webhook_events_unhappy on app.webhook_events (tenant_id, state, timestamp desc) where state in ('quarantined', 'dead');
create index webhook_events_replays on app.webhook_events (tenant_id, replay_of, replay_job) where replay_of is not null;
call app.guard('app.webhook_events');
grant insert, update on app.webhook_events to backline_worker;
-- A request makes replays only.
create policy replay on app.webhook_events for insert to backline_app
    with check ((select app.persona()) in ('admin', 'manager', 'service') and replay_of is not null);
grant insert on app.webhook_events to backline_app;

-- Which deliveries were there before. Apart from the events, whose months may become tables of their own.
create table app.webhook_seen (
    tenant_id uuid not null,
    endpoint_id bigint not null,
    -- action:<id>, or body:<sha256>, which counts for a day.
    dedupe_key text not null constraint webhook_seen_key_check check (length(dedupe_key) between 1 and 300),
    event_id text not null,
    first_at timestamptz not null default now(),
    last_at timestamptz not null default now(),
    times integer not null default 1,
    primary key (tenant_id, endpoint_id, dedupe_key)
) with (fillfactor = 90);
call app.guard('app.webhook_seen');
grant insert, update on app.webhook_seen to backline_worker;

-- One row a delivery, accepted or not.
create table app.webhook_delivery_log (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    event_type text not null,
    workspace_name text not null,
    -- The event that has the bytes; null for what was refused unread.
    event_id text,
    -- From the last byte of the body to the commit, and from there to the end of the follow-up.
    processing_time_ms integer,
    follow_up_ms integer,
    success boolean not null default false,
    error_message text,
    created_at timestamptz not null default now(),
    endpoint_id bigint not null,
    duplicate boolean not null default false,
    is_test boolean not null default false,
    primary key (tenant_id, id)
);
create index webhook_delivery_log_type on app.webhook_delivery_log (tenant_id, event_type);
create index webhook_delivery_log_workspace on app.webhook_delivery_log (tenant_id, workspace_name);
create index webhook_delivery_log_newest on app.webhook_delivery_log (tenant_id, created_at desc);
create index webhook_delivery_log_failed on app.webhook_delivery_log (tenant_id, success) where not success;
create index webhook_delivery_log_health on app.webhook_delivery_log (tenant_id, endpoint_id, created_at desc, success);
-- The deliveries of an event, on its page and when its follow-up ends.
create index webhook_delivery_log_event on app.webhook_delivery_log (tenant_id, event_id);
call app.guard('app.webhook_delivery_log');
grant insert, update on app.webhook_delivery_log to backline_worker;

-- What a tenant set; without a row everything is kept.
create table app.webhook_settings (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    provider text not null constraint webhook_settings_provider_check check (provider in ('current-rms', 'email-bison')),
    -- Days for which bytes are kept; null: for ever.
    keep_days integer constraint webhook_settings_keep_check check (keep_days between 1 and 36500),
    primary key (tenant_id, provider)
);
call app.guard('app.webhook_settings', '{admin}');

-- Health over the last day, from the log.
create view app.webhook_health with (security_invoker = true) as
select e.tenant_id, e.id as endpoint_id, e.label as workspace_name,
    (select max(l.created_at) from app.webhook_delivery_log l
     where l.tenant_id = e.tenant_id and l.endpoint_id = e.id and not l.is_test) as last_webhook_at,
    day.total as webhook_count_24h,
    round(100.0 * day.good / nullif(day.total, 0), 2) as success_rate_24h,
    coalesce(100.0 * day.good / nullif(day.total, 0) >= 95, false) as is_healthy,
    (select l.error_message from app.webhook_delivery_log l
     where l.tenant_id = e.tenant_id and l.endpoint_id = e.id and not l.success and not l.is_test
        and l.created_at > now() - interval '24 hours'
     order by l.created_at desc limit 1) as last_error_message
from app.webhook_endpoints e
cross join lateral (
    select count(*) as total, count(*) filter (where l.success) as good from app.webhook_delivery_log l
    where l.tenant_id = e.tenant_id and l.endpoint_id = e.id and l.created_at > now() - interval '24 hours' and not l.is_test
) day
where e.revoked_at is null;
grant select on app.webhook_health to backline_app, backline_worker, backline_reader;

-- Whose address a token is; revoked ones are nobody's.
grant create on schema app to backline_lookup;
create policy lookup on app.webhook_tokens for select to backline_lookup using (true);
create policy lookup on app.webhook_endpoints for select to backline_lookup using (true);
grant select on app.webhook_tokens, app.webhook_endpoints to backline_lookup;
create function app.find_webhook(hash bytea)
    returns table (tenant_id uuid, endpoint_id bigint, provider text, label text)
    language sql stable security definer set search_path = ''
as $$
    select e.tenant_id, e.id, e.provider, e.label
    from app.webhook_tokens k join app.webhook_endpoints e on e.tenant_id = k.tenant_id and e.id = k.endpoint_id
    where k.token_hash = hash and k.revoked_at is null and e.revoked_at is null
$$;
alter function app.find_webhook(bytea) owner to backline_lookup;
revoke all on function app.find_webhook(bytea) from public;
grant execute on function app.find_webhook(bytea) to backline_app;

-- Opportunities with events that nobody is going to follow up: their job was lost with its worker, or cancelled. Ids only.
create policy lookup on app.webhook_events for select to backline_lookup using (true);
grant select (tenant_id, opportunity_id, state, timestamp) on app.webhook_events to backline_lookup;
create policy lookup on app.jobs for select to backline_lookup using (true);
grant select (tenant_id, type, dedupe_key, status) on app.jobs to backline_lookup;
create function app.lost_follow_ups() returns table (tenant_id uuid, opportunity_id bigint)
    language sql stable security definer set search_path = ''
as $$
    select distinct e.tenant_id, e.opportunity_id
    from app.webhook_events e
    where e.state = 'received' and e.opportunity_id is not null and e.timestamp < pg_catalog.now() - interval '1 minute'
        and not exists (select from app.jobs j where j.tenant_id = e.tenant_id and j.type = 'follow_up'
            and j.dedupe_key = 'opportunity:' || e.opportunity_id and j.status in ('pending', 'processing'))
    limit 500
$$;
alter function app.lost_follow_ups() owner to backline_lookup;
revoke all on function app.lost_follow_ups() from public;
grant execute on function app.lost_follow_ups() to backline_worker;
revoke create on schema app from backline_lookup;
