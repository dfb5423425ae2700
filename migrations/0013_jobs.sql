-- Background work: one queue for all hosts, one table. A job is claimed under a lease, and only the attempt that holds the lease ends it.

create table app.jobs (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    type text not null constraint jobs_type_check check (length(type) between 1 and 60),
    payload jsonb not null default '{}' constraint jobs_payload_check check (jsonb_typeof(payload) = 'object'),
    status text not null default 'pending'
        constraint jobs_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    -- Larger first.
    priority integer not null default 0,
    run_at timestamptz not null default now(),
    attempts integer not null default 0,
    max_attempts integer not null default 3 constraint jobs_attempts_check check (max_attempts between 1 and 25 and attempts <= max_attempts),
    -- Of the newest attempt. It stays when the job has ended: it tells which attempt ended it.
    lease_token uuid,
    lease_until timestamptz,
    -- Of the worker that holds the lease.
    worker_id uuid,
    cancel_requested boolean not null default false,
    -- [{"attempt", "at", "error"}], oldest first.
    errors jsonb not null default '[]',
    result jsonb,
    -- {"done", "total"}
    progress jsonb,
    dedupe_key text constraint jobs_dedupe_check check (length(dedupe_key) between 1 and 200),
    -- Whether the key also stands for a job that is being worked on. What refreshes a record must not: a change that
    -- arrives meanwhile would be swallowed.
    dedupe_open boolean not null default false,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    primary key (tenant_id, id),
    constraint jobs_lease_check check ((status = 'processing') = (lease_until is not null))
) with (
    -- Each job is written three times. Without pauses, a hundredth of the table at a time.
    fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05
);
-- The claim: what is due, oldest first. Not led by the tenant, since a worker serves all of them.
create index jobs_due on app.jobs (run_at) where status = 'pending';
-- The claim from a long queue: in turns between tenants, each by priority; also a tenant's pending jobs.
create index jobs_lane on app.jobs (tenant_id, priority desc, run_at, id) where status = 'pending';
-- The rescuer: leases that ran out.
create index jobs_leases on app.jobs (lease_until) where status = 'processing';
-- Clean-up and the charts: what ended when.
create index jobs_ended on app.jobs (completed_at) where completed_at is not null;
-- The list of what went wrong, however long the rest is.
create index jobs_unhappy on app.jobs (tenant_id, status, id) where status in ('failed', 'cancelled');
-- One pending job a key. A job that was tried already waits for its next attempt without holding the key by this index,
-- so that going back to the queue never fails; `enqueue_job` looks for it.
create unique index jobs_dedupe on app.jobs (tenant_id, type, dedupe_key) where status = 'pending' and attempts = 0 and not dedupe_open;
create unique index jobs_dedupe_open on app.jobs (tenant_id, type, dedupe_key) where status in ('pending', 'processing') and dedupe_open;
create index jobs_dedupe_again on app.jobs (tenant_id, type, dedupe_key) where status = 'pending' and attempts > 0 and dedupe_key is not null;

-- Like app.guard, but the worker claims over tenants: the fence is not TO backline_worker.
alter table app.jobs enable row level security;
alter table app.jobs force row level security;
create policy tenant on app.jobs as restrictive to backline_app, backline_reader
    using (tenant_id = (select app.tid())) with check (tenant_id = (select app.tid()));
create policy owner on app.jobs to backline_owner using (true) with check (true);
create policy backup on app.jobs for select to backline_backup using (true);
create policy reader on app.jobs for select to backline_reader using (true);
create policy worker on app.jobs to backline_worker using (true) with check (true);
create policy read on app.jobs for select to backline_app
    using ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
create policy insert on app.jobs for insert to backline_app
    with check ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
create policy change on app.jobs for update to backline_app
    using ((select app.persona()) in ('admin', 'manager', 'rep', 'service'))
    with check ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
grant select on app.jobs to backline_app, backline_worker, backline_backup, backline_reader;
grant insert, update on app.jobs to backline_app, backline_worker;
grant delete on app.jobs to backline_worker;

-- What ended in each minute, for the charts of the last day: written by one worker for all, over again while the minute is young.
create table app.job_minutes (
    tenant_id uuid not null,
    minute timestamptz not null,
    type text not null,
    completed integer not null,
    failed integer not null,
    -- From the time a job was due to the start of its last attempt, of all that ended in this minute.
    wait_ms bigint not null,
    longest_wait_ms bigint not null,
    run_ms bigint not null,
    primary key (tenant_id, minute, type)
);
alter table app.job_minutes enable row level security;
alter table app.job_minutes force row level security;
create policy tenant on app.job_minutes as restrictive to backline_app, backline_reader
    using (tenant_id = (select app.tid())) with check (tenant_id = (select app.tid()));
create policy owner on app.job_minutes to backline_owner using (true) with check (true);
create policy backup on app.job_minutes for select to backline_backup using (true);
create policy reader on app.job_minutes for select to backline_reader using (true);
create policy worker on app.job_minutes to backline_worker using (true) with check (true);
create policy read on app.job_minutes for select to backline_app
    using ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
grant select on app.job_minutes to backline_app, backline_worker, backline_backup, backline_reader;
grant insert, update, delete on app.job_minutes to backline_worker;

-- What runs by the clock: one row each, read by every host, fired by one.
create table app.schedules (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    -- Stable, for scripts: "incremental-sync".
    name text not null constraint schedules_name_check check (length(name) between 1 and 60),
    type text not null,
    payload jsonb not null default '{}' constraint schedules_payload_check check (jsonb_typeof(payload) = 'object'),
    -- Five fields, in the tenant's zone.
    cron text not null constraint schedules_cron_check check (length(cron) between 1 and 100),
    enabled boolean not null default true,
    -- Null until a worker has reckoned it.
    next_run_at timestamptz,
    last_run_at timestamptz,
    last_job_id bigint,
    primary key (tenant_id, id),
    constraint schedules_name_key unique (tenant_id, name)
);
create index schedules_next on app.schedules (next_run_at nulls first) where enabled;
alter table app.schedules enable row level security;
alter table app.schedules force row level security;
create policy tenant on app.schedules as restrictive to backline_app, backline_reader
    using (tenant_id = (select app.tid())) with check (tenant_id = (select app.tid()));
create policy owner on app.schedules to backline_owner using (true) with check (true);
create policy backup on app.schedules for select to backline_backup using (true);
create policy reader on app.schedules for select to backline_reader using (true);
create policy worker on app.schedules to backline_worker using (true) with check (true);
create policy read on app.schedules for select to backline_app
    using ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
create policy change on app.schedules for update to backline_app
    using ((select app.persona()) = 'admin') with check ((select app.persona()) = 'admin');
grant select on app.schedules to backline_app, backline_worker, backline_backup, backline_reader;
grant update on app.schedules to backline_app, backline_worker;

-- Every tenant has the same schedules; later issues add theirs in a migration of their own.
create function app.add_schedules(tenant uuid) returns void language sql set search_path = '' as $$
    insert into app.schedules (tenant_id, name, type, payload, cron) values
        (tenant, 'incremental-sync', 'sync', '{"kind": "incremental"}', '*/15 * * * *'),
        (tenant, 'nightly-snapshot', 'snapshot', '{}', '*/10 0-1 * * *'),
        (tenant, 'nightly-sweep', 'sync', '{"kind": "sweep"}', '0 2 * * *'),
        (tenant, 'clean-up', 'clean_up', '{}', '30 3 * * *')
    on conflict (tenant_id, name) do nothing
$$;
create function app.add_schedules_of_new() returns trigger language plpgsql set search_path = '' as $$
begin
    perform app.add_schedules(new.id);
    return null;
end
$$;
create trigger tenants_schedules after insert on app.tenants for each row execute function app.add_schedules_of_new();
select app.add_schedules(id) from app.tenants;
revoke all on function app.add_schedules(uuid), app.add_schedules_of_new() from public;

-- The schedules that are due, of all tenants, with their zones: for the worker that fires them.
grant create on schema app to backline_lookup;
create policy lookup on app.schedules for select to backline_lookup using (true);
grant select on app.schedules to backline_lookup;
create function app.due_schedules(at timestamptz)
    returns table (tenant_id uuid, id bigint, name text, type text, payload jsonb, cron text, timezone text, next_run_at timestamptz)
    language sql stable security definer set search_path = ''
as $$
    select s.tenant_id, s.id, s.name, s.type, s.payload, s.cron, t.timezone, s.next_run_at
    from app.schedules s join app.tenants t on t.id = s.tenant_id
    where s.enabled and (s.next_run_at <= at or s.next_run_at is null)
    order by s.next_run_at nulls first, s.tenant_id, s.id limit 500
$$;
alter function app.due_schedules(timestamptz) owner to backline_lookup;
revoke all on function app.due_schedules(timestamptz) from public;
grant execute on function app.due_schedules(timestamptz) to backline_worker;
revoke create on schema app from backline_lookup;

-- Another zone, other times: they are reckoned anew.
create function app.reckon_schedules() returns trigger language plpgsql set search_path = '' as $$
begin
    update app.schedules set next_run_at = null where tenant_id = new.id;
    return null;
end
$$;
create trigger tenants_zone after update of timezone on app.tenants for each row
    when (old.timezone is distinct from new.timezone) execute function app.reckon_schedules();
revoke all on function app.reckon_schedules() from public;

-- The timer before this one asked app.sync_times(), which stays as long as the release before this may run beside it.

-- Who works, over all hosts; no tenant's. A row that was not renewed for a minute is a worker that died.
create table app.job_workers (
    id uuid primary key,
    -- host:process
    name text not null,
    types text[] not null,
    running integer not null default 0,
    completed bigint not null default 0,
    failed bigint not null default 0,
    -- Leases of others that it returned to the queue, and results of its own that came too late.
    rescued bigint not null default 0,
    refused bigint not null default 0,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
);
alter table app.job_workers enable row level security;
alter table app.job_workers force row level security;
create policy owner on app.job_workers to backline_owner using (true) with check (true);
create policy backup on app.job_workers for select to backline_backup using (true);
create policy worker on app.job_workers to backline_worker using (true) with check (true);
create policy read on app.job_workers for select to backline_app using ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
grant select on app.job_workers to backline_app, backline_worker, backline_backup;
grant insert, update, delete on app.job_workers to backline_worker;

-- Where probe jobs leave their trace (BACKLINE_PROBE_JOBS=1), in the transaction that completes them.
create table app.job_probe (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    job_id bigint not null,
    attempt integer not null,
    lease_token uuid not null,
    key text,
    at timestamptz not null default now(),
    primary key (tenant_id, id)
);
call app.guard('app.job_probe');
grant insert on app.job_probe to backline_worker;
