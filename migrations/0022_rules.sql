-- Rules: what follows by itself when something happens. A cause is written down in the transaction that makes it happen; a job
-- evaluates causes in batches, and what fires and what is to be done is inserted in the transaction that takes the cause.

create table app.rules (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    name text not null constraint rules_name_check check (length(name) between 1 and 100),
    enabled boolean not null default true,
    -- 1, 2, 3 …: in which order rules are evaluated.
    position integer not null constraint rules_position_check check (position > 0),
    trigger jsonb not null constraint rules_trigger_check check (jsonb_typeof(trigger) = 'object'),
    conditions jsonb not null default '[]' constraint rules_conditions_check check (jsonb_typeof(conditions) = 'array'),
    actions jsonb not null default '[]' constraint rules_actions_check check (jsonb_typeof(actions) = 'array'),
    -- Counts changes by people, so that none overwrites another's unseen.
    version integer not null default 1,
    fired_count bigint not null default 0,
    last_fired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
call app.guard('app.rules', '{admin}', '{admin}');
grant update on app.rules to backline_worker;

-- With what a rule's outgoing webhooks are signed. The newest is the rule's; the one before it signs along for a day.
create table app.rule_secrets (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    rule_id bigint not null,
    -- XChaCha20-Poly1305, bound to tenant and rule.
    sealed bytea not null,
    created_at timestamptz not null default now(),
    -- Null for the newest.
    ends_at timestamptz,
    primary key (tenant_id, id),
    constraint rule_secrets_rule foreign key (tenant_id, rule_id) references app.rules (tenant_id, id) on delete cascade
);
create index rule_secrets_of on app.rule_secrets (tenant_id, rule_id, id);
call app.guard('app.rule_secrets', '{admin}', '{admin}');

-- What happened. No foreign keys between the tables of the work: their checks would be planned once a session, on empty
-- tables, and a hundred thousand firings come in a minute.
create table app.rule_causes (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    kind text not null
        constraint rule_causes_kind_check check (kind in ('event', 'job_failed', 'endpoint_silent', 'reconciliation_grew')),
    -- Tells one cause from another: "event:evt_1_2".
    key text not null constraint rule_causes_key_check check (length(key) between 1 and 400),
    -- Of an event.
    event_id text,
    is_replay boolean not null default false,
    -- What was known of it: of an event from the evaluation on.
    facts jsonb not null default '{}',
    at timestamptz not null default now(),
    -- Null while it waits. One that fires nothing is deleted.
    evaluated_at timestamptz,
    primary key (tenant_id, id),
    constraint rule_causes_key unique (tenant_id, key)
);
create index rule_causes_waiting on app.rule_causes (tenant_id, id) where evaluated_at is null;
create index rule_causes_at on app.rule_causes (tenant_id, at);
call app.guard('app.rule_causes');
grant insert, update, delete on app.rule_causes to backline_worker;

-- A rule fired for a cause: once.
create table app.rule_firings (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    rule_id bigint not null,
    cause_id bigint not null,
    fired_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint rule_firings_once unique (tenant_id, rule_id, cause_id)
);
create index rule_firings_newest on app.rule_firings (tenant_id, rule_id, id desc);
create index rule_firings_at on app.rule_firings (tenant_id, fired_at);
call app.guard('app.rule_firings');
grant insert, delete on app.rule_firings to backline_worker;

-- What a firing has to do: a row an action, each tried by itself.
create table app.rule_actions (
    tenant_id uuid not null,
    firing_id bigint not null,
    -- In the rule's list, from 0.
    position integer not null,
    rule_id bigint not null,
    -- Where it waits: "here" for what is done in the database, else its receiver, "<rule>:<position>".
    lane text not null,
    -- As the rule said when it fired.
    action jsonb not null,
    state text not null default 'pending' constraint rule_actions_state_check check (state in ('pending', 'done', 'failed', 'cancelled')),
    attempts integer not null default 0,
    run_at timestamptz not null default now(),
    -- [{"attempt", "at", "error"}], oldest first.
    errors jsonb not null default '[]',
    ended_at timestamptz,
    primary key (tenant_id, firing_id, position)
) with (fillfactor = 80);
create index rule_actions_due on app.rule_actions (tenant_id, lane, run_at) where state = 'pending';
call app.guard('app.rule_actions');
grant insert, update, delete on app.rule_actions to backline_worker;

-- Receivers that do not answer: nothing is sent to them for a while, then one message.
create table app.rule_receivers (
    tenant_id uuid not null,
    lane text not null,
    failing_since timestamptz not null,
    paused_until timestamptz not null,
    primary key (tenant_id, lane)
);
call app.guard('app.rule_receivers');
grant insert, update, delete on app.rule_receivers to backline_worker;

-- How long each list of the reconciliation was when it was looked at last.
create table app.rule_counts (
    tenant_id uuid not null,
    list text not null,
    system text not null,
    count bigint not null,
    at timestamptz not null default now(),
    primary key (tenant_id, list, system)
);
call app.guard('app.rule_counts');
grant insert, update, delete on app.rule_counts to backline_worker;

-- Whose causes wait, and whose actions are due, over all tenants: names of work only. Not those that a job is at already.
grant create on schema app to backline_lookup;
create policy lookup on app.rule_causes for select to backline_lookup using (true);
grant select (tenant_id, evaluated_at) on app.rule_causes to backline_lookup;
create policy lookup on app.rule_actions for select to backline_lookup using (true);
grant select (tenant_id, lane, run_at, state) on app.rule_actions to backline_lookup;
create policy lookup on app.rule_receivers for select to backline_lookup using (true);
grant select (tenant_id, lane, paused_until) on app.rule_receivers to backline_lookup;
create function app.waiting_rules() returns table (tenant_id uuid, lane text)
    language sql stable security definer set search_path = ''
as $$
    with recursive tenants as (
        (select c.tenant_id from app.rule_causes c where c.evaluated_at is null order by c.tenant_id limit 1)
        union all
        select n.tenant_id from tenants t cross join lateral (
            select c.tenant_id from app.rule_causes c where c.evaluated_at is null and c.tenant_id > t.tenant_id
            order by c.tenant_id limit 1) n
    ), lanes as (
        (select a.tenant_id, a.lane from app.rule_actions a where a.state = 'pending' order by a.tenant_id, a.lane limit 1)
        union all
        select n.tenant_id, n.lane from lanes l cross join lateral (
            select a.tenant_id, a.lane from app.rule_actions a
            where a.state = 'pending' and (a.tenant_id, a.lane) > (l.tenant_id, l.lane)
            order by a.tenant_id, a.lane limit 1) n
    ), waiting as (
        select t.tenant_id, null::text as lane from tenants t
        union all
        select l.tenant_id, l.lane from lanes l
        where exists (select from app.rule_actions a where a.state = 'pending' and a.tenant_id = l.tenant_id and a.lane = l.lane
                and a.run_at <= pg_catalog.now())
            and not exists (select from app.rule_receivers r where r.tenant_id = l.tenant_id and r.lane = l.lane
                and r.paused_until > pg_catalog.now())
    )
    select w.tenant_id, w.lane from waiting w
    where not exists (select from app.jobs j where j.tenant_id = w.tenant_id and j.status in ('pending', 'processing')
        and j.type = case when w.lane is null then 'rules' else 'rule_actions' end
        and j.dedupe_key = coalesce(w.lane, 'rules'))
    limit 1000
$$;
alter function app.waiting_rules() owner to backline_lookup;
revoke all on function app.waiting_rules() from public;
grant execute on function app.waiting_rules() to backline_worker;

-- Who works in the transaction's tenant, by role and name: whom a rule tells.
create function app.active_people() returns table (person_id uuid, role text, name text)
    language sql stable security definer set search_path = ''
as $$
    select m.person_id, m.role, p.name from app.memberships m join app.people p on p.id = m.person_id
    where m.tenant_id = (select app.tid()) and m.disabled_at is null and p.disabled_at is null
$$;
alter function app.active_people() owner to backline_lookup;
revoke all on function app.active_people() from public;
grant execute on function app.active_people() to backline_worker;
revoke create on schema app from backline_lookup;

-- A notification of a rule's says of which.
alter table app.notifications add column rule_id bigint;
alter table app.notifications drop constraint notifications_kind_check;
alter table app.notifications add constraint notifications_kind_check check (kind in ('job_failed', 'rule'));
alter table app.notification_settings drop constraint notification_settings_kinds_check;
alter table app.notification_settings add constraint notification_settings_kinds_check check (kinds_off <@ array['job_failed', 'rule']);
-- What somebody was told by a rule within the hour.
create index notifications_of_rules on app.notifications (tenant_id, rule_id, created_at) where rule_id is not null;

-- Every tenant begins with these four, as the first system had them. A function of its own: migrations that add schedules need
-- not know of each other.
create function app.add_rules(tenant uuid) returns void language sql set search_path = '' as $$
    insert into app.rules (tenant_id, name, enabled, position, trigger, actions) values
        (tenant, 'notify-order-conversion', true, 1, '{"type": "event", "actionTypes": ["convert_to_order"]}',
            '[{"type": "notify", "to": "manager", "message": "{opportunity} of {organisation} is an order now: {user} converted it."}]'),
        (tenant, 'log-status-changes', false, 2,
            '{"type": "event", "actionTypes": ["update", "mark_as_provisional", "mark_as_reserved", "mark_as_lost", "mark_as_dead"]}',
            '[{"type": "notify", "to": "admin", "message": "{actionType} by {user}: {previousStatus} → {newStatus}"}]'),
        (tenant, 'validate-reserved-orders', true, 3, '{"type": "event", "actionTypes": ["mark_as_reserved"]}',
            '[{"type": "notify", "to": "manager", "message": "{user} reserved it for {chargeTotal}: look at its dates, items and charge."}]'),
        (tenant, 'alert-lost-opportunities', true, 4, '{"type": "event", "actionTypes": ["mark_as_lost"]}',
            '[{"type": "notify", "to": "manager", "message": "{organisation} is lost for {chargeTotal}: {user} marked it."}]');
    -- Endpoints that have gone silent, and lists that grew, are looked for by the clock.
    insert into app.schedules (tenant_id, name, type, payload, cron) values
        (tenant, 'rule-watch', 'rule_watch', '{}', '*/15 * * * *')
    on conflict (tenant_id, name) do nothing
$$;
create function app.add_rules_of_new() returns trigger language plpgsql set search_path = '' as $$
begin
    perform app.add_rules(new.id);
    return null;
end
$$;
create trigger tenants_rules after insert on app.tenants for each row execute function app.add_rules_of_new();
select app.add_rules(id) from app.tenants;
revoke all on function app.add_rules(uuid), app.add_rules_of_new() from public;
