-- The mirror of a Current RMS account: opportunities, what changed in them, the runs that brought them, what failed.

create table app.connections (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    provider text not null constraint connections_provider_check check (provider in ('current-rms')),
    base_url text not null,
    -- Fixed once something is mirrored: another subdomain is another account.
    subdomain text not null,
    -- XChaCha20-Poly1305, bound to tenant and provider: moved to another row it opens nothing.
    sealed_token bytea not null,
    updated_at timestamptz not null default now(),
    primary key (tenant_id, provider)
);
call app.guard('app.connections', '{admin}');

create table app.opportunities (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    -- The source's own id, also the one in its web address.
    id bigint not null,
    -- Never empty: the subject, else the number, else "Opportunity <id>".
    name text not null,
    subject text,
    description text,
    starts_at timestamptz,
    ends_at timestamptz,
    -- The source's words, in the language of the account's API user. Compare state and status, never this.
    opportunity_status text,
    state integer,
    status integer,
    created_at_rms timestamptz,
    updated_at_rms timestamptz,
    venue_name text,
    organisation_id bigint,
    organisation_name text,
    owner_id bigint,
    owner_name text,
    charge_total numeric(14, 2),
    total_value numeric(14, 2),
    provisional_cost_total numeric(14, 2),
    predicted_cost_total numeric(14, 2),
    actual_cost_total numeric(14, 2),
    -- The record exactly as the source sent it: json, not jsonb, which refuses \u0000 and reorders keys.
    data json compression lz4 not null,
    -- sha256 of that text: tells an unchanged record without reading it.
    digest bytea not null constraint opportunities_digest_check check (length(digest) = 32),
    -- When the source last showed this record to us, changed or not.
    synced_at timestamptz not null,
    last_webhook_at timestamptz,
    -- Set when a sweep finds the record gone, cleared when it comes back.
    deleted_at timestamptz,
    primary key (tenant_id, id)
) with (fillfactor = 90);
-- Filters and charts by status; the window of a list and of the dashboard; a customer's page; newest version first.
create index opportunities_status on app.opportunities (tenant_id, status);
create index opportunities_dates on app.opportunities (tenant_id, starts_at, ends_at);
create index opportunities_organisation on app.opportunities (tenant_id, organisation_id);
create index opportunities_updated on app.opportunities (tenant_id, updated_at_rms desc);
call app.guard('app.opportunities');
grant insert, update on app.opportunities to backline_worker;

create table app.opportunity_changes (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    opportunity_id bigint not null,
    changed_at timestamptz not null default now(),
    kind text not null constraint opportunity_changes_kind_check check (kind in ('created', 'updated', 'deleted', 'restored')),
    source text not null constraint opportunity_changes_source_check check (source in ('sync', 'single', 'webhook')),
    run_id bigint,
    -- {"column": [before, after]}; empty when only parts that no column holds changed.
    fields jsonb not null default '{}',
    -- No foreign key to opportunities: its check is planned once a session, in a first sync on an empty table, and then costs
    -- 200 µs a row as the table grows. Records are never deleted from the mirror, only marked.
    -- By time: the newest ones and those of a week are what is asked for.
    primary key (tenant_id, changed_at, id)
);
create index opportunity_changes_of on app.opportunity_changes (tenant_id, opportunity_id, changed_at desc);
call app.guard('app.opportunity_changes');
grant insert on app.opportunity_changes to backline_worker;

-- A run of the synchronisation is a row. The columns of the first system come first, then what makes it resumable.
create table app.sync_metadata (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    -- 1, 2, 3 … within the tenant, so that it tells nothing of other tenants.
    id bigint not null,
    sync_type text not null constraint sync_metadata_type_check check (sync_type in ('initial_sync', 'incremental_sync', 'sweep')),
    status text not null constraint sync_metadata_status_check check (status in ('running', 'completed', 'failed', 'cancelled')),
    started_at timestamptz not null default now(),
    completed_at timestamptz,
    records_synced integer not null default 0,
    records_failed integer not null default 0,
    error text,
    metadata jsonb not null default '{}',
    -- Where the run stands: committed with each page, so that a restart goes on behind it.
    checkpoint jsonb not null default '{}',
    pages_done integer not null default 0,
    pages_total integer,
    rows_done integer not null default 0,
    rows_total integer,
    -- The host that works on it, and until when it may. A host that lost it cannot commit a page.
    lease_token uuid,
    lease_until timestamptz,
    cancel_requested boolean not null default false,
    primary key (tenant_id, id),
    constraint sync_metadata_completed check ((status = 'running') = (completed_at is null))
);
-- One run at a time for a tenant, over all hosts.
create unique index sync_metadata_one_running on app.sync_metadata (tenant_id) where status = 'running';
create index sync_metadata_recent on app.sync_metadata (tenant_id, sync_type, started_at desc);
call app.guard('app.sync_metadata', '{admin,manager,service}');
grant insert, update on app.sync_metadata to backline_worker;
create policy lookup on app.sync_metadata for select to backline_lookup using (true);
grant select on app.sync_metadata to backline_lookup;

-- Up to where the mirror is whole, by the source's clock.
create table app.sync_cursors (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    provider text not null,
    -- Null until an initial run has completed.
    cursor_at timestamptz,
    -- The source's clock when the last completed run began: a record outside the window that changed before it is no news.
    source_clock_at timestamptz,
    initial_completed_at timestamptz,
    updated_at timestamptz not null default now(),
    primary key (tenant_id, provider)
);
call app.guard('app.sync_cursors');
grant insert, update on app.sync_cursors to backline_worker;

-- Records that could not be mirrored: kept with reason and raw text until they can.
create table app.sync_failures (
    tenant_id uuid not null,
    -- The record's id as text, or "sha256:…" of its raw text when it has none that can be read.
    source_key text not null,
    source_id bigint,
    -- The record failed in every run from the first of these to the second.
    first_run_id bigint,
    run_id bigint,
    field text,
    reason text not null,
    raw text not null,
    attempts integer not null default 1,
    first_failed_at timestamptz not null default now(),
    failed_at timestamptz not null default now(),
    resolved_at timestamptz,
    primary key (tenant_id, source_key),
    constraint sync_failures_run foreign key (tenant_id, run_id) references app.sync_metadata (tenant_id, id)
);
create index sync_failures_open on app.sync_failures (tenant_id, source_id) where resolved_at is null;
call app.guard('app.sync_failures');
grant insert, update on app.sync_failures to backline_worker;

-- Runs whose host is gone. The worker then takes one over inside its tenant.
create function app.stale_runs() returns table (tenant_id uuid, run_id bigint)
    language sql stable security definer set search_path = ''
as $$
    select r.tenant_id, r.id from app.sync_metadata r
    where r.status = 'running' and (r.lease_until is null or r.lease_until < now())
$$;
alter function app.stale_runs() owner to backline_lookup;
revoke all on function app.stale_runs() from public;
grant execute on function app.stale_runs() to backline_worker;

revoke create on schema app from backline_lookup;
