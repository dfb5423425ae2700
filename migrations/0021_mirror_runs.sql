-- The proof that the mirror is true: runs that compare it with the source, record by record, and what they found.

create table app.mirror_runs (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    status text not null default 'running'
        constraint mirror_runs_status_check check (status in ('running', 'completed', 'failed')),
    started_at timestamptz not null default now(),
    completed_at timestamptz,
    -- The job that works on it: one that has ended without ending the run was lost with its worker.
    job_id bigint,
    -- Records that the source showed.
    checked bigint not null default 0,
    altered integer not null default 0,
    missing integer not null default 0,
    gone integer not null default 0,
    code text,
    error text,
    -- Set while somebody repairs.
    repairing_at timestamptz,
    primary key (tenant_id, id)
);
create unique index mirror_runs_one on app.mirror_runs (tenant_id) where status = 'running';
call app.guard('app.mirror_runs', '{admin,manager,service}');
grant insert, update on app.mirror_runs to backline_worker;
grant delete on app.mirror_runs to backline_worker;

-- A record that differs.
create table app.mirror_items (
    tenant_id uuid not null,
    run_id bigint not null,
    opportunity_id bigint not null,
    -- altered: other here than there; missing: there only; gone: here only.
    kind text not null constraint mirror_items_kind_check check (kind in ('altered', 'missing', 'gone')),
    name text,
    -- [{"field", "here", "there"}]
    fields jsonb not null default '[]',
    state text not null default 'found' constraint mirror_items_state_check check (state in ('found', 'repaired', 'failed')),
    error text,
    primary key (tenant_id, run_id, opportunity_id),
    constraint mirror_items_run foreign key (tenant_id, run_id) references app.mirror_runs (tenant_id, id) on delete cascade
);
call app.guard('app.mirror_items');
grant insert, update, delete on app.mirror_items to backline_worker;

-- Every night once the sweep is over.
create or replace function app.add_schedules(tenant uuid) returns void language sql set search_path = '' as $$
    insert into app.schedules (tenant_id, name, type, payload, cron) values
        (tenant, 'incremental-sync', 'sync', '{"kind": "incremental"}', '*/15 * * * *'),
        (tenant, 'nightly-snapshot', 'snapshot', '{}', '*/10 0-1 * * *'),
        (tenant, 'nightly-sweep', 'sync', '{"kind": "sweep"}', '0 2 * * *'),
        (tenant, 'nightly-proof', 'mirror_check', '{}', '0 3 * * *'),
        (tenant, 'clean-up', 'clean_up', '{}', '30 3 * * *')
    on conflict (tenant_id, name) do nothing
$$;
select app.add_schedules(id) from app.tenants;
